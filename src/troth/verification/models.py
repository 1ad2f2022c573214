from django.db import models


class Run(models.Model):
    """A run of the promise checks and what it found."""

    at = models.DateTimeField()
    version = models.PositiveIntegerField()
    report = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["-at"])]
