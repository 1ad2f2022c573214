from uuid import uuid4

from django.db import models


class Request(models.Model):
    """What someone asked. Their address and words are sealed under a key of the request's own.

    Once that key is destroyed (`forgotten_at`), what is left says that a request was made and when it was answered.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=16, default="identity")
    regime = models.CharField(max_length=16)
    place = models.CharField(max_length=8)
    language = models.CharField(max_length=16, default="en")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    pseudonym = models.CharField(max_length=64, blank=True, help_text="what evidence calls the person")
    register_entry = models.UUIDField(null=True, help_text="the entry of the erasure register that this request made")
    address_hash = models.BinaryField(max_length=32, help_text="keyed hash: finds an open request of the same address")
    sealed = models.BinaryField(help_text="address, words, identifiers")
    received_at = models.DateTimeField()
    target_day = models.DateField()
    legal_day = models.DateField()
    identified_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True, help_text="when nothing was outstanding any more")
    closed_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True, help_text="when the request's key was destroyed")
    proof_entry = models.BigIntegerField(null=True, help_text="the evidence entry that proves absence")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address_hash"],
                condition=models.Q(state__in=["identity", "running"]),
                name="one_open_request_a_kind",
            ),
            # no state past the gate without the gate
            models.CheckConstraint(
                condition=models.Q(state__in=["identity", "closed"]) | models.Q(identified_at__isnull=False),
                name="identity_before_work",
            ),
        ]
        indexes = [
            models.Index(fields=["legal_day", "id"]),
            models.Index(fields=["state", "legal_day"]),
            models.Index(fields=["person"]),
        ]


class Step(models.Model):
    """One act in one system. `found` holds what was found, sealed under the request's key.

    `reason`: why it went to staff (`unreachable`, `by-hand`, `still-found`, `came-back`); stays when they are done. Or
    `remains`: it is done, and `note` says what it does not reach.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="steps")
    phase = models.CharField(max_length=16)
    system = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=16, default="queued")
    reason = models.CharField(max_length=16, blank=True)
    count = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    token = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    found = models.BinaryField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "phase", "system"], name="one_step_a_system")]
        indexes = [
            models.Index(fields=["changed_at"], condition=models.Q(state="staff"), name="steps_with_staff"),
        ]


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
    code_sent = models.PositiveSmallIntegerField(default=0, help_text="since one was last used")
    codes_made = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)


class Package(models.Model):
    """The answer to an access request: a ZIP, sealed under the request's key."""

    request = models.OneToOneField(Request, on_delete=models.CASCADE, related_name="package")
    sealed = models.BinaryField()
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
