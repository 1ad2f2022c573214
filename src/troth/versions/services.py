"""Publishing a policy: the act that makes a version."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from troth.evidence import services as evidence
from troth.policy.digest import digest
from troth.policy.model import Policy
from troth.policy.places import Place
from troth.versions import queries
from troth.versions.models import Version as Row
from troth.versions.values import Version

_LOCK = 0x74726F7468_01  # one publisher at a time, so that numbers have no gaps


def publish(policy: Policy, places: Mapping[str, Place], *, now: datetime) -> Version:
    """Make `policy` the next version; the version it already is, if its digest is published.

    `policy` must come from `troth.policy.load` without errors: this does not check it again. `places` are where its
    parts stand in the files. To go back to an earlier text, publish it with a new effective date.
    """
    name = digest(policy)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        row = Row.objects.filter(digest=name).only("id").first() or _insert(policy, places, name, now)
    return queries.get(row.id)


def _insert(policy: Policy, places: Mapping[str, Place], name: str, now: datetime) -> Row:
    last = Row.objects.aggregate(last=Max("number"))["last"] or 0
    row = Row.objects.create(
        number=last + 1,
        digest=name,
        effective=policy.effective,
        published_at=now,
        policy=policy.model_dump_json(),
        places={path: [place.file, place.line, place.column, place.end_column] for path, place in places.items()},
    )
    evidence.append(
        "policy.published",
        facts={
            "version": str(row.id),
            "number": row.number,
            "digest": name,
            "effective": policy.effective.isoformat(),
        },
        at=now,
    )
    return row
