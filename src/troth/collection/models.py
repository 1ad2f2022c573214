from uuid import uuid4

from django.db import models


class Submission(models.Model):
    """An accepted submission: what makes sending it twice store it once. Its values are in the vault."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey("versions.Version", on_delete=models.PROTECT, related_name="+")
    touchpoint = models.CharField(max_length=64)
    key = models.CharField(max_length=200, help_text="the sender's idempotency key")
    body = models.BinaryField(max_length=32, help_text="keyed hash of what was sent: the same key with another body")
    language = models.CharField(max_length=16)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["touchpoint", "key"], name="submitted_once")]
