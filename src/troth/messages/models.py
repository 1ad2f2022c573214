"""Letters to people: sealed while they wait, wiped once they left."""

import uuid

from django.db import models


class Message(models.Model):
    """One letter. `sealed` holds address, subject and text; nothing readable is stored."""

    class State(models.TextChoices):
        QUEUED = "queued"  # waits for the mail server
        SENDING = "sending"  # handed to the mail server, whose answer is not known yet
        SENT = "sent"
        FAILED = "failed"
        LOCAL = "local"  # no mail server is configured: read on the mailbox page

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State.choices)
    sealed = models.BinaryField()
    attempts = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-created_at", "-id"], name="message_list")]
