"""CloudWatch Logs: events that mention a person. Single events cannot be deleted; they go when their time is over."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.names import mentions, spellings
from troth.systems.kit.outcomes import Expires, Finding, NotOffered, SystemProblem
from troth.systems.kit.paging import pages
from troth.systems.saas.aws.calls import Aws
from troth.systems.saas.aws.settings import LogGroup

MOST_SEARCHED = 5000  # pages of a search: most are empty, as each looks through a part of the group only
SOURCE = "CloudWatch Logs API: it deletes groups and streams, no single events; PutRetentionPolicy sets the days"


class Logs:
    """Several log groups."""

    def __init__(self, aws: Aws, groups: Sequence[LogGroup]) -> None:
        self._aws = aws
        self._groups = groups

    def find(self, who: Identifiers) -> list[Finding]:
        """Every event that holds one of the identifiers, each once."""
        return [finding for group in self._groups for finding in self._of(group, who)]

    def _of(self, group: LogGroup, who: Identifiers) -> list[Finding]:
        found: dict[str, Mapping[str, Any]] = {}
        for value in _terms(group, who):
            for event in self._events(group.group, filterPattern=quoted(value)):
                if any(mentions(text, value) for text in _texts(event["message"])):
                    found[str(event["eventId"])] = event
        goes = self._expiry(group.group) if found else None
        by_itself = goes if isinstance(goes, Expires) else None
        return [_finding(group.group, event, by_itself) for event in found.values()]

    def remains(self) -> list[Expires | NotOffered]:
        """For each group, by what its events go: read now from its own setting."""
        return [self._expiry(group.group) for group in self._groups]

    def oldest(self) -> dict[str, str | None]:
        """Group → when its oldest event was logged."""
        return {f"log group {one.group}": self._oldest_of(one.group) for one in self._groups}

    def _oldest_of(self, group: str) -> str | None:
        """The first of a search from the beginning: events come in the order of their times."""
        for event in self._events(group, startTime=0, limit=1):
            return _iso(event["timestamp"])
        return None

    def _expiry(self, group: str) -> Expires | NotOffered:
        days = self._described(group).get("retentionInDays")
        if days is not None:
            on = f"{days} days after an event was logged; AWS may take 72 hours more"
            return Expires(on=on, setting=f"retention of log group {group}")
        return NotOffered(
            reason=f"log group {group} keeps its events for ever",
            source=SOURCE,
            manual_steps=f"set a retention for {group} in CloudWatch, or: aws logs put-retention-policy",
        )

    def _described(self, group: str) -> Mapping[str, Any]:
        def fetch(cursor: str) -> Mapping[str, Any]:
            more = {"nextToken": cursor} if cursor else {}
            given = {"logGroupNamePrefix": group, **more}
            return self._aws.call("look at a log group", "logs", "describe_log_groups", need=("logGroups",), **given)

        for page in pages(fetch(""), lambda page: page.get("nextToken"), fetch):
            for row in page["logGroups"]:
                if row["logGroupName"] == group:
                    described: Mapping[str, Any] = row
                    return described
        raise SystemProblem(
            f"{self._aws.name}: there is no log group {group}; correct log_groups", consequence="fix settings"
        )

    def _events(self, group: str, **given: Any) -> Iterator[Mapping[str, Any]]:
        def fetch(cursor: str) -> Mapping[str, Any]:
            more = {"nextToken": cursor} if cursor else {}
            asked = {"logGroupName": group, **given, **more}
            return self._aws.call("search a log group", "logs", "filter_log_events", need=("events",), **asked)

        for page in pages(fetch(""), lambda page: page.get("nextToken"), fetch, most=MOST_SEARCHED):
            yield from page["events"]


def _terms(group: LogGroup, who: Identifiers) -> list[str]:
    """The identifiers as lines may hold them: as they are, and as URLs and JSON spell them."""
    plain = [value for kind in group.identifiers for value in spellings(who, kind)]
    in_urls = (quote(value, safe=safe) for value in plain for safe in ("", "@"))
    return list(dict.fromkeys([*plain, *in_urls, *(json.dumps(value)[1:-1] for value in plain)]))


def _texts(message: str) -> Iterator[str]:
    """The line; of a line in JSON its texts too, in which no `\\n` touches an identifier."""
    yield message
    if message.lstrip()[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            yield from _leaves(json.loads(message))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif value is not None:
        yield str(value)


def quoted(value: str) -> str:
    """A filter pattern for exactly this text: quoted, so that nothing in it is an operator."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _finding(group: str, event: Mapping[str, Any], goes: Expires | None) -> Finding:
    values = {"group": group, "stream": event.get("logStreamName", ""), "message": event["message"]}
    return Finding("log event", str(event["eventId"]), {**values, "time": _iso(event["timestamp"])}, goes=goes)


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
