"""Tables of the work room: what a person of the staff must do, and which effects already happened."""

import uuid

from django.db import models
from django.db.models.functions import Now


class StaffTask(models.Model):
    """Something only a person can do. Title and instructions hold references, never personal values."""

    class Status(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DROPPED = "dropped"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    instructions = models.TextField()
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=80)
    system = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True)
    proof = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["status", "due_at", "created_at", "id"], name="stafftask_list"),
            models.Index(fields=["subject_type", "subject_id"], name="stafftask_subject"),
        ]


class Done(models.Model):
    """The key of an effect that happened, written in the transaction of the effect."""

    key = models.CharField(max_length=200, primary_key=True)
    at = models.DateTimeField(db_default=Now(), db_index=True)
