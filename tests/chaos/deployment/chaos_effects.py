"""Tasks whose effects can be counted: one row each, in a table that would take a second one."""

import time
from datetime import timedelta

from django.db import connection, transaction
from procrastinate.contrib.django import app

from troth.work import schema, services
from troth.work.retry import Backoff

RETRY = Backoff(first=timedelta(milliseconds=200), cap=timedelta(seconds=1), attempts=1000)


@app.task(name="chaos.effect", retry=RETRY)
def effect(n: int, takes_s: float) -> None:
    """Insert `n`, unless a run before did."""
    time.sleep(takes_s / 2)
    with transaction.atomic():
        if services.once(f"chaos:{n}"):
            with connection.cursor() as cursor:
                cursor.execute("insert into chaos_effect values (%s)", [n])
        time.sleep(takes_s / 2)


def prepare() -> None:
    schema.migrate()
    with connection.cursor() as cursor:
        cursor.execute("create table chaos_effect (n int not null)")


def defer(numbers: range, takes_s: float) -> None:
    with transaction.atomic():
        effect.batch_defer(*({"n": n, "takes_s": takes_s} for n in numbers))
