from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Delivery(models.Model):
    """One record on its way to one recipient."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        REFUSED = "refused", "Refused by the policy"
        WITHHELD = "withheld", "Withheld"
        STAFF = "staff", "With staff"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    record = models.ForeignKey("people.Record", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey("versions.Version", on_delete=models.PROTECT, related_name="+")
    touchpoint = models.CharField(max_length=64)
    row = models.CharField(max_length=64)
    recipient = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    code = models.CharField(max_length=64, blank=True, help_text="why it was refused, withheld or failed")
    attempts = models.PositiveIntegerField(default=0)
    reference = models.CharField(max_length=200, blank=True, help_text="the recipient's own id of what it received")
    queued_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "recipient"], name="one_delivery_a_recipient")]
        indexes = [
            models.Index(fields=["person", "-queued_at"]),
            models.Index(fields=["state", "changed_at"]),
        ]


class Disclosure(models.Model):
    """A line of a person's disclosure log: what went to whom, when, why, on what ground. Never a value."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE, null=True, related_name="+")
    version = models.ForeignKey("versions.Version", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32, default="delivery")
    recipient = models.CharField(max_length=64)
    touchpoint = models.CharField(max_length=64)
    row = models.CharField(max_length=64)
    items = ArrayField(models.CharField(max_length=64))
    purposes = ArrayField(models.CharField(max_length=64))
    bases = ArrayField(models.CharField(max_length=32))
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-at"])]


class Suppression(models.Model):
    """A recipient that was told of a person's data is told that a purpose no longer holds."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        WAITING = "waiting", "Waiting for the recipient"
        DONE = "done", "Done"
        STAFF = "staff", "With staff"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    recipient = models.CharField(max_length=64)
    purposes = ArrayField(models.CharField(max_length=64))
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    token = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person"]), models.Index(fields=["state", "asked_at"])]


class ChoiceLink(models.Model):
    """A link that lets its holder see and change a person's choices, and nothing else. Only its hash is kept."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
