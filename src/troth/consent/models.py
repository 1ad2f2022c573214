"""The consent ledger's table."""

import uuid

from django.db import models
from django.db.models import Q

KINDS = ("shown", "given", "refused", "withdrawn", "expired", "superseded")


class Event(models.Model):
    """One purpose of one act. Append-only: triggers refuse UPDATE, and DELETE outside an erasure (migration 0002).

    A row a purpose rather than an array: the present state is then one `distinct on` over the person's own rows.
    """

    id = models.BigAutoField(primary_key=True)
    act = models.UUIDField(default=uuid.uuid4, help_text="shared by the purposes of one act")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    touchpoint = models.CharField(max_length=64)
    purpose = models.CharField(max_length=64)
    version = models.ForeignKey("versions.Version", on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=35, blank=True, default="")
    text_digest = models.CharField(max_length=64, blank=True, default="")
    how = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=KINDS), name="consent_kind_known")]
        indexes = [models.Index(fields=["person", "touchpoint", "purpose", "-id"], name="consent_of_person")]
