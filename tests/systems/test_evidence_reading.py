"""What pages read from the log: entries that name a thing, kinds, how many since a moment."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from troth.evidence import queries, services

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KINDS = ("request.received", "request.step")


def test_entries_are_found_by_the_thing_they_name() -> None:
    mine, other = uuid4(), uuid4()
    first = services.append("request.received", facts={"request": str(mine)}, at=NOW)
    services.append("request.received", facts={"request": str(other)}, at=NOW)
    services.append("verify.run", facts={"request": str(mine)}, at=NOW)
    last = services.append("request.step", facts={"count": 1, "among": [str(other), str(mine)]}, at=NOW)
    assert [entry.id for entry in queries.naming(mine, KINDS)] == [last, first]
    assert [entry.id for entry in queries.naming(mine, KINDS, limit=1)] == [last]
    assert queries.naming(uuid4(), KINDS) == []


def test_kinds_are_told_once_each_in_order() -> None:
    assert queries.kinds() == []
    for kind in ("verify.run", "key.destroyed", "verify.run", "message.queued"):
        services.append(kind, facts={}, at=NOW)
    assert queries.kinds() == ["key.destroyed", "message.queued", "verify.run"]


def test_what_happened_since_a_moment_is_counted_by_kind() -> None:
    assert queries.since(NOW) == {}
    for hours, kind in ((30, "verify.run"), (23, "verify.run"), (2, "message.queued"), (1, "verify.run")):
        services.append(kind, facts={}, at=NOW - timedelta(hours=hours))
    assert queries.since(NOW - timedelta(days=1)) == {"message.queued": 1, "verify.run": 2}
    assert queries.since(NOW) == {}
