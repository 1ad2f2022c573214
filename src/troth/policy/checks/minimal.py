"""Who gets what, and whether they need it."""

from collections.abc import Iterator
from datetime import date

from troth.policy.checks.looks import at_row, kind, listed, markets, only, receivers_key
from troth.policy.checks.registry import Finding, check, rows
from troth.policy.model import Never, Policy, Row
from troth.policy.needs import UNLESS_NAMED, needed

PERSONAL = frozenset({"form", "chat", "account", "upload", "import", "offline", "marketplace", "social"})
"""Channels on which data is about somebody who may ask for it later."""


@check(
    "T-0334",
    "warning",
    "a recipient names the items it needs",
    article="GDPR Art. 5(1)(c), 25(2)",
    needs=("touchpoints",),
)
def items_named(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        guarded = any(kind(policy, i.item) in UNLESS_NAMED for i in row.items)  # those are T-0320's
        for i, receiver in enumerate(() if guarded or len(row.items) == 1 else row.receivers):
            if not receiver.items:
                message = f"`{receiver.recipient}` names no items, so it gets all {len(row.items)} of the row"
                yield Finding(f"{at}.{receivers_key(row)}.{i}", message, "name the `items` it needs")


@check(
    "T-0335",
    "warning",
    "who does marketing gets data for marketing",
    article="GDPR Art. 5(1)(b), (c)",
    needs=("touchpoints", "recipients", "purposes"),
)
def marketers_market(policy: Policy, day: date) -> Iterator[Finding]:
    marketers = {rid for rid, recipient in policy.recipients.items() if only(recipient, "marketing")}
    found: dict[str, list[str]] = {}
    for at, _, row in rows(policy):
        for receiver in () if markets(policy, row) else row.receivers:
            if receiver.recipient in marketers:
                found.setdefault(receiver.recipient, []).append(at_row(at, row))
    for rid, where in found.items():
        message = f"`{rid}` does marketing only, and gets data from rows without a marketing purpose: {listed(where)}"
        yield Finding(f"recipients.{rid}", message, "leave it out there, or say what else it does")


@check("T-0336", "warning", "analytics learns nobody's name", article="GDPR Art. 5(1)(c), 25(1)")
def analytics_nameless(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        for i, receiver in enumerate(row.receivers):
            if not only(policy.recipients.get(receiver.recipient), "analytics"):
                continue
            named = [item for item in sorted(needed(policy, row, receiver)) if _names(policy, item)]
            if named:
                message = (
                    f"`{receiver.recipient}` does analytics, and is to get what identifies people: {listed(named)}"
                )
                yield Finding(f"{at}.{receivers_key(row)}.{i}", message, "leave those items out")


def _names(policy: Policy, item: str) -> bool:
    return item in policy.data and policy.data[item].identifies in ("email", "phone", "account")


@check("T-0338", "error", "no row does what is promised never to be done", article="GDPR Art. 5(1)(a)")
def never_kept(policy: Policy, day: date) -> Iterator[Finding]:
    gated = {n: never for n, never in policy.never.items() if never.purposes or never.items or never.recipients}
    for at, _, row in rows(policy) if gated else ():
        for name, never in gated.items():
            place = _broken(policy, never, row)
            if place:
                message = f"the row declares what `never.{name}` rules out, so the gate refuses it"
                yield Finding(f"{at}.{place}", message, f"take it out of the row, or change the promise `{name}`")


def _broken(policy: Policy, never: Never, row: Row) -> str | None:
    """The place in a row that a negative promise forbids in every case; None if there is none."""
    if never.purposes and not all(p.purpose in never.purposes for p in row.purposes):
        return None
    if not never.recipients:
        hits = [i for i, item in enumerate(row.items) if not never.items or item.item in never.items]
        return f"items.{hits[0]}" if hits else None
    for i, receiver in enumerate(row.receivers):
        if receiver.recipient in never.recipients:
            got = needed(policy, row, receiver)
            if got if not never.items else got & set(never.items):
                return f"{receivers_key(row)}.{i}"
    return None


@check("T-0339", "warning", "people can be found again", article="GDPR Art. 11, 12(2)", needs=("data",))
def people_found(policy: Policy, day: date) -> Iterator[Finding]:
    for tid, touchpoint in policy.touchpoints.items():
        items = {i for row in touchpoint.rows for i in row.item_ids}
        if PERSONAL & set(touchpoint.channels) and not any(
            policy.data[i].identifies for i in items if i in policy.data
        ):
            message = f"no item of `{tid}` identifies a person, so nobody can be given their data from there"
            yield Finding(f"touchpoints.{tid}", message, "collect an item with `identifies:`, such as an address")
