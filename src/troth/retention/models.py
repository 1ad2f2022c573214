from django.db import models


class Sweep(models.Model):
    """A sweep that ran: what it erased, by store and class. No dry run is kept."""

    at = models.DateTimeField()
    report = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["-at"])]
