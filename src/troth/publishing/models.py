"""What a published plan set in motion: whom it tells, and how far that is."""

import uuid

from django.db import models
from django.db.models import Q


class Publication(models.Model):
    """A plan that was applied. `changes` and `plan` are what was approved; `in_effect_at`: when everything that its day
    sets in motion was done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.OneToOneField("versions.Version", on_delete=models.PROTECT, related_name="+")
    base = models.ForeignKey("versions.Version", on_delete=models.PROTECT, null=True, related_name="+")
    plan_digest = models.CharField(max_length=64)
    plan = models.JSONField()
    changes = models.JSONField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    effective = models.DateField()
    lapsed = models.PositiveIntegerField(default=0)
    withheld = models.PositiveIntegerField(default=0)
    shortened = models.PositiveIntegerField(default=0)
    in_effect_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["effective"], name="publication_to_come", condition=Q(in_effect_at__isnull=True))
        ]


class Addressee(models.Model):
    """Somebody a publication tells. Goes with the person."""

    class State(models.TextChoices):
        WAITING = "waiting"
        TOLD = "told"
        BY_HAND = "by hand"  # no mail address here: staff tell them
        SPARED = "spared"  # nothing concerned them any more

    id = models.BigAutoField(primary_key=True)
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="addressees")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    at = models.DateTimeField(help_text="when it came to its state")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publication", "person"], name="addressee_once")]
        indexes = [models.Index(fields=["publication", "state", "id"], name="addressee_progress")]
