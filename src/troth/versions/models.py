"""Published policy versions: immutable rows that every record and consent points to."""

import uuid

from django.db import models


class Version(models.Model):
    """A policy as it was published. A trigger refuses every UPDATE and DELETE (migration 0002)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True)
    digest = models.CharField(max_length=64, unique=True)
    effective = models.DateField()
    published_at = models.DateTimeField()
    # text, not jsonb: jsonb forgets the order of keys, and the notice shows touchpoints in the order of the files
    policy = models.TextField()
    places = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="version_number_from_1"),
            models.CheckConstraint(condition=models.Q(digest__regex="^[0-9a-f]{64}$"), name="version_digest_hex"),
        ]
