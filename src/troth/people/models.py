"""The vault's tables. No readable value is in any of them: values and identifiers are sealed under the person's key."""

import uuid

from django.db import models
from django.db.models import Q

KINDS = ("email", "phone", "account", "device")


class Person(models.Model):
    """Someone whose data is here. Their key has the same id, in the key store."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField()
    restricted = models.BooleanField(default=False)
    age = models.CharField(max_length=8, blank=True, default="", help_text="minor, adult, or empty: not known")
    country = models.CharField(max_length=2, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(age__in=["", "minor", "adult"]), name="person_age_known")]
        indexes = [models.Index(fields=["-created_at", "-id"], name="person_newest")]


class Identifier(models.Model):
    """What a person is found by: a keyed hash to look up, the value sealed."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=8)
    lookup = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "lookup"], name="identifier_of_one_person"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="identifier_kind_known"),
        ]


class Record(models.Model):
    """One row of one submission.

    `due_at`: when the last of its values is due; null while one of them has no day. `review_at`: when a person must
    say whether it is still needed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="records")
    version = models.ForeignKey("versions.Version", on_delete=models.PROTECT, related_name="+")
    touchpoint = models.CharField(max_length=64)
    row = models.CharField(max_length=64)
    submission_id = models.UUIDField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=200)
    language = models.CharField(max_length=35, blank=True, default="")
    notice_digest = models.CharField(max_length=64, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    review_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission_id", "touchpoint", "row"], name="record_once_a_submission"),
            # nothing is kept because nobody looked
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(review_at__isnull=False), name="record_has_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="record_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["review_at"], name="record_review", condition=Q(review_at__isnull=False)),
        ]


class Value(models.Model):
    """One item of a record, sealed. `hashed`: a secret, of which only an Argon2 hash is kept (sealed like the rest)."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="values")
    item = models.CharField(max_length=64)
    sealed = models.BinaryField()
    hashed = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "item"], name="value_once_a_record")]
        indexes = [models.Index(fields=["due_at"], name="value_due", condition=Q(due_at__isnull=False))]


class KeyToDestroy(models.Model):
    """A key whose person's rows are gone: written in the erasing transaction, removed once the key is destroyed."""

    id = models.UUIDField(primary_key=True, help_text="id of the key, which was the person's")
    pseudonym = models.CharField(max_length=64)
    at = models.DateTimeField()
