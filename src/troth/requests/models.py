from uuid import uuid4

from django.db import models


class Request(models.Model):
    """What someone asked. Their address and words are sealed under a key of the request's own."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=16, default="identity")
    regime = models.CharField(max_length=16)
    place = models.CharField(max_length=8)
    language = models.CharField(max_length=16, default="en")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    pseudonym = models.CharField(max_length=64, blank=True, help_text="what evidence calls the person")
    address_hash = models.BinaryField(max_length=32, help_text="keyed hash: finds an open request of the same address")
    sealed = models.BinaryField(help_text="address and words")
    received_at = models.DateTimeField()
    target_day = models.DateField()
    legal_day = models.DateField()
    identified_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    proof_entry = models.BigIntegerField(null=True, help_text="the evidence entry that proves absence")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address_hash"],
                condition=models.Q(state__in=["identity", "running"]),
                name="one_open_request_a_kind",
            ),
        ]
        indexes = [models.Index(fields=["state", "legal_day"]), models.Index(fields=["person"])]


class Step(models.Model):
    """One act in one system. `found` holds what was found, sealed under the request's key."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="steps")
    phase = models.CharField(max_length=16)
    system = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=16, default="queued")
    count = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    token = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    found = models.BinaryField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "phase", "system"], name="one_step_a_system")]


class Link(models.Model):
    """A secret address sent by mail. Only its hash is kept; `code_hash` is the second check of a package."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=16)
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    code_hash = models.BinaryField(max_length=32, null=True)
    code_expires_at = models.DateTimeField(null=True)
    code_sent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)


class Package(models.Model):
    """The answer to an access request: a ZIP, sealed under the request's key."""

    request = models.OneToOneField(Request, on_delete=models.CASCADE, related_name="package")
    sealed = models.BinaryField()
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
