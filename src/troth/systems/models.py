"""One table: how often vendors are called, so that all workers together keep to it."""

from django.db import models


class Allowance(models.Model):
    """A class of calls to one account. Written by `troth.systems.allowance` in single statements.

    `arrives`: when the calls counted so far are paid for (GCRA, a token bucket in one number). `held`: nobody calls
    before then, the vendor said. `wait`: seconds, the answer of the last statement.
    """

    key = models.CharField(max_length=200, primary_key=True)
    arrives = models.DateTimeField()
    held = models.DateTimeField(null=True)
    wait = models.FloatField(default=0)
