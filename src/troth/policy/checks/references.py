"""Every reference of a policy: where it stands, what kind of thing it names, the name."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from troth.policy.model import Policy, Row

Reference = tuple[str, str, str]
"""(path, section named, name)"""


def references(policy: Policy) -> Iterator[Reference]:
    yield from _touchpoints(policy)
    yield from _others(policy)
    yield from assumptions(policy)


def _touchpoints(policy: Policy) -> Iterator[Reference]:
    for tid, touchpoint in policy.touchpoints.items():
        at = f"touchpoints.{tid}"
        yield f"{at}.group", "groups", touchpoint.group
        yield from _each(f"{at}.sites", "sites", touchpoint.sites)
        for index, row in enumerate(touchpoint.rows):
            yield from _row(f"{at}.rows.{index}", row)


def _row(at: str, row: Row) -> Iterator[Reference]:
    for i, item in enumerate(row.items):
        yield f"{at}.items.{i}.item", "data", item.item
    for i, purpose in enumerate(row.purposes):
        yield f"{at}.purposes.{i}.purpose", "purposes", purpose.purpose
    if row.balancing:
        yield f"{at}.balancing", "balancing_tests", row.balancing
    key = "assumed_recipients" if row.recipients is None else "recipients"
    for i, recipient in enumerate(row.receivers):
        yield f"{at}.{key}.{i}.recipient", "recipients", recipient.recipient
        yield from _each(f"{at}.{key}.{i}.items", "data", recipient.items)
    for i, retention in enumerate(row.retention):
        yield f"{at}.retention.{i}.rule", "retention", retention.rule
        yield from _each(f"{at}.retention.{i}.items", "data", retention.items)


def _others(policy: Policy) -> Iterator[Reference]:
    for pid, secondary in policy.secondary_purposes.items():
        if secondary.items != "any":
            yield from _each(f"secondary_purposes.{pid}.items", "data", secondary.items)
        if secondary.balancing:
            yield f"secondary_purposes.{pid}.balancing", "balancing_tests", secondary.balancing
    for cid, cookie in policy.cookies.items():
        if cookie.setter != "self":
            yield f"cookies.{cid}.setter", "recipients", cookie.setter
        yield f"cookies.{cid}.touchpoint", "touchpoints", cookie.touchpoint
    for nid, never in policy.never.items():
        yield from _each(f"never.{nid}.purposes", "any purposes", never.purposes)
        yield from _each(f"never.{nid}.items", "data", never.items)
        yield from _each(f"never.{nid}.recipients", "recipients", never.recipients)
    for i, storage in enumerate(policy.storage):
        yield f"storage.{i}.recipient", "recipients", storage.recipient
    for i, clause in enumerate(policy.clauses):
        yield from _each(f"clauses.{i}.executed_by", "executors", clause.executed_by)
        yield from _each(f"clauses.{i}.checked_by", "checks", clause.checked_by)


def _each(at: str, kind: str, names: Iterable[str]) -> Iterator[Reference]:
    return ((f"{at}.{i}", kind, name) for i, name in enumerate(names))


INSIDE = (BaseModel, tuple, dict)
UNASSUMED = frozenset({"translations", "wording"})
"""Sections of which no part names an assumption, and which hold a great many parts."""


def assumptions(policy: Policy) -> Iterator[Reference]:
    """Every `assumption:` of every part."""
    for name in type(policy).model_fields:
        if name not in UNASSUMED:
            yield from _assumed(name, getattr(policy, name))


def _assumed(at: str, value: object) -> Iterator[Reference]:
    if isinstance(value, BaseModel):
        for name, inner in value.__dict__.items():
            if name == "assumption" and isinstance(inner, str):
                yield f"{at}.assumption", "assumptions", inner
            elif isinstance(inner, INSIDE):
                yield from _assumed(f"{at}.{name}", inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _assumed(f"{at}.{key}", inner)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for i, inner in enumerate(value):
            yield from _assumed(f"{at}.{i}", inner)
