"""Tables of the log. Triggers (migration 0001) refuse every change but an entry's place, once."""

from django.db import models
from django.db.models import Q


class Entry(models.Model):
    """One act. `body` is the canonical JSON that is hashed; the other columns repeat it for searching."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    at = models.DateTimeField()
    person = models.TextField(null=True)  # noqa: DJ001 (absent and empty differ: an entry about nobody)
    body = models.BinaryField()
    leaf_hash = models.BinaryField()
    position = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["position"], condition=Q(position__isnull=False), name="evidence_position"),
            models.CheckConstraint(condition=Q(position__gte=0), name="evidence_position_from_0"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(position__isnull=True), name="evidence_unplaced"),
            models.Index(fields=["person", "id"], condition=Q(person__isnull=False), name="evidence_person"),
            models.Index(fields=["kind", "id"], name="evidence_kind"),
        ]


class Node(models.Model):
    """A complete subtree of level 1 and up; leaves are the entries themselves."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()


class Checkpoint(models.Model):
    """A signed statement of the log's size and root."""

    id = models.BigAutoField(primary_key=True)
    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()
