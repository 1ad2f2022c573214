"""How long data stays: no row contradicts another, every period ends, none is longer than it should be."""

from collections.abc import Iterator
from datetime import date
from itertools import product

from troth.law.keeping import Limit, limit
from troth.policy.checks.looks import dpv, kind
from troth.policy.checks.registry import Finding, check, rows
from troth.policy.model import Policy, RetentionRule, Row
from troth.policy.periods import days

LONGEST_REVIEW = 732
"""Days: what comes up less often than every two years is as good as never looked at."""

CONTRACTS = frozenset({"contract", "pre-contract"})
ACCOUNTS = frozenset({"account", "marketplace"})
STORAGE = "GDPR Art. 5(1)(e)"


def kept(row: Row) -> dict[str, int]:
    """Item → the number of the retention entry it falls under."""
    named = {item: i for i, entry in enumerate(row.retention) for item in entry.items}
    rest = next((i for i, entry in enumerate(row.retention) if not entry.items), None)
    return ({} if rest is None else {i.item: rest for i in row.items}) | named


Kept = tuple[str, str, Row, RetentionRule, list[str]]
"""A retention entry of a row: its path, the touchpoint, the row, the rule, the items that fall under it."""


def _rules(policy: Policy) -> Iterator[Kept]:
    for at, _, row in rows(policy):
        under = kept(row)
        for i, entry in enumerate(row.retention):
            rule = policy.retention.get(entry.rule)
            if rule:
                items = [item for item, number in under.items() if number == i]
                yield f"{at}.retention.{i}", at.split(".")[1], row, rule, items


@check("T-0360", "warning", "an item stays equally long for one purpose", article="GDPR Art. 13(2)(a)")
def equally_long(policy: Policy, day: date) -> Iterator[Finding]:
    seen: dict[tuple[str, str, str], str] = {}
    for at, tid, row, rule, items in _rules(policy):
        how = rule.short + (f", reviewed every {rule.review}" if rule.review else "")
        for item, purpose in product(items, (p.purpose for p in row.purposes)):
            before = seen.setdefault((tid, item, purpose), how)
            if before != how:
                message = f"`{item}` stays `{how}` for `{purpose}` here, and `{before}` in a row above"
                yield Finding(at, message, "keep it by one rule: which of the two do people have to reckon with?")
                break


@check("T-0361", "warning", "what a period counts from comes to pass", article=STORAGE)
def event_comes(policy: Policy, day: date) -> Iterator[Finding]:
    for at, tid, row, rule, _ in _rules(policy):
        event = rule.after or rule.review_after
        channels = policy.touchpoints[tid].channels
        if event == "account closed" and not ACCOUNTS & set(channels):
            message = f"it counts from the closing of an account, and `{tid}` opens none"
            yield Finding(at, message, "count from an event that comes, such as `last contact`")
        elif event == "contract ended" and not CONTRACTS & {p.relies_on for p in row.purposes}:
            message = "it counts from the end of a contract, and no purpose of the row relies on one"
            yield Finding(at, message, "count from an event that comes, such as `last contact`")


@check(
    "T-0362", "warning", "no cookie outlives its row", article="GDPR Art. 13(2)(a)", needs=("touchpoints", "retention")
)
def cookie_outlives(policy: Policy, day: date) -> Iterator[Finding]:
    longest: dict[str, float] = {}
    for _, tid, _, rule, _ in _rules(policy):
        longest[tid] = max(longest.get(tid, 0), days(rule.period) if rule.period else float("inf"))
    for cid, cookie in policy.cookies.items():
        if cookie.lifetime != "session" and days(cookie.lifetime) > longest.get(cookie.touchpoint, float("inf")):
            message = f"`{cookie.pattern}` lives {cookie.lifetime}, longer than `{cookie.touchpoint}` keeps anything"
            yield Finding(f"cookies.{cid}.lifetime", message, "shorten it, or keep its data by a rule `per: cookie`")


@check(
    "T-0363",
    "warning",
    "no optional cookie lives too long",
    article="ePrivacy Art. 5(3); GDPR Art. 5(1)(e)",
    needs=("controller", "effective"),
)
def cookie_limit(policy: Policy, day: date) -> Iterator[Finding]:
    most = limit("cookie", policy.controller.country, day)
    for cid, cookie in policy.cookies.items():
        optional = cookie.category != "essential" and cookie.lifetime != "session"
        if most and optional and days(cookie.lifetime) > most.days:
            message = f"`{cookie.pattern}` lives {cookie.lifetime}; the most is {most.words} ({most.source})"
            yield Finding(f"cookies.{cid}.lifetime", message, "set a shorter lifetime where it is set")


@check("T-0364", "warning", "logs do not stay too long", article=STORAGE, needs=("controller", "effective"))
def log_limit(policy: Policy, day: date) -> Iterator[Finding]:
    most = limit("log", policy.controller.country, day)
    for at, tid, _, rule, items in _rules(policy):
        logged = "logs" in policy.touchpoints[tid].channels and any(kind(policy, i) == "observed" for i in items)
        if most and logged and _length(rule) > most.days:
            yield _too_long(at, rule, "logs", most)


@check("T-0365", "warning", "applications do not stay too long", article=STORAGE, needs=("controller", "effective"))
def applicant_limit(policy: Policy, day: date) -> Iterator[Finding]:
    most = limit("applicant", policy.controller.country, day)
    for at, _, row, rule, _ in _rules(policy):
        applied = any(dpv(policy, "purposes", p.purpose).startswith("dpv:Recruitment") for p in row.purposes)
        if most and applied and _length(rule) > most.days:
            yield _too_long(at, rule, "applications", most)


@check("T-0366", "warning", "recordings do not stay too long", article=STORAGE, needs=("controller", "effective"))
def recording_limit(policy: Policy, day: date) -> Iterator[Finding]:
    most = limit("recording", policy.controller.country, day)
    for at, _, _, rule, items in _rules(policy):
        if most and any(kind(policy, i) == "recording" for i in items) and _length(rule) > most.days:
            yield _too_long(at, rule, "recordings", most)


@check("T-0367", "warning", "recordings have a retention rule of their own", article=STORAGE, needs=("touchpoints",))
def recording_rule(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row, _, items in _rules(policy):
        recorded = [i for i in items if kind(policy, i) == "recording"]
        if recorded and len(items) > len(recorded):
            message = f"`{recorded[0]}` is a recording and stays as long as the other items of `{row.id}`"
            yield Finding(at, message, f"add `{{rule: …, items: [{recorded[0]}]}}`: recordings are needed for days")


@check("T-0368", "warning", "marketing lists do not stay too long", article=STORAGE, needs=("controller", "effective"))
def prospect_limit(policy: Policy, day: date) -> Iterator[Finding]:
    most = limit("prospect", policy.controller.country, day)
    for at, _, row, rule, _ in _rules(policy):
        if most and row.marketing and _length(rule) > most.days:
            yield _too_long(at, rule, "data for marketing", most)


@check("T-0369", "warning", "what is kept until unneeded comes up in time", article="GDPR Art. 5(1)(e), Recital 39")
def review_limit(policy: Policy, day: date) -> Iterator[Finding]:
    for name, rule in policy.retention.items():
        if rule.review and days(rule.review) > LONGEST_REVIEW:
            message = f"`{name}` comes up for review every {rule.review}: nobody will know any more what it was for"
            yield Finding(f"retention.{name}.review", message, "review it at least every two years")


def _length(rule: RetentionRule) -> float:
    """Days until data goes or somebody looks at it."""
    length = rule.period or rule.review
    return days(length) if length else 0


def _too_long(at: str, rule: RetentionRule, what: str, most: Limit) -> Finding:
    message = f"{what} stay {rule.period or rule.review}; the most is {most.words} ({most.source})"
    return Finding(at, message, "shorten it, or accept it with the reason")
