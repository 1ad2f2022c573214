"""Nodes of the graph: what a policy declares, one node each, under stable names below the document's address."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from troth.exports.dpv import terms
from troth.policy import dpv_terms
from troth.policy.model import Policy, RetentionRule

Node = dict[str, Any]
_WEEKS = re.compile(r"P(?P<long>(?:\d+Y)?(?:\d+M)?)(?P<weeks>\d+)W(?:(?P<days>\d+)D)?(?P<time>T.+)?")


def node(name: str, *types: str, **texts: str | None) -> Node:
    """A node: `this:name`, its types, and `label`, `says` where given."""
    said = {"rdfs:label": texts.get("label"), "dct:description": texts.get("says")}
    return {"@id": f"this:{name}", "@type": list(dict.fromkeys(types))} | {k: v for k, v in said.items() if v}


def links(to: str, names: Iterable[str]) -> list[str]:
    """`this:to/name` for each."""
    return [f"this:{to}/{name}" for name in dict.fromkeys(names)]


def slug(text: str) -> str:
    """A stable name for a text that has none of its own."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60]
    return plain or hashlib.sha256(text.encode()).hexdigest()[:12]


def duration(period: str) -> dict[str, str]:
    """An ISO 8601 period as `xsd:duration`, which knows no weeks: `P2W` is `P14D`."""
    found = _WEEKS.fullmatch(period)
    if found:
        days = int(found["weeks"]) * 7 + int(found["days"] or 0)
        period = f"P{found['long']}{days}D{found['time'] or ''}"
    return {"@value": period, "@type": "xsd:duration"}


def day(value: date) -> dict[str, str]:
    return {"@value": value.isoformat(), "@type": "xsd:date"}


def country(code: str) -> str:
    return f"loc:{code}"


def declared(policy: Policy) -> Iterator[Node]:
    """Purposes, data, retention, cookies, rights, measures, prohibitions, assumptions."""
    yield from _purposes(policy)
    yield from _data(policy)
    yield from _retention(policy)
    yield from _cookies(policy)
    yield from _rights(policy)
    yield from (
        node(f"measure/{k}", "dpv:TechnicalOrganisationalMeasure", label=m.label, says=m.text)
        for k, m in policy.security.items()
    )
    yield from _never(policy)
    for tid, test in policy.balancing_tests.items():
        made = node(f"balancing/{tid}", "eu-gdpr:BalancingTest", says=test.outcome)
        yield made | {"dct:date": day(test.day), "troth:reviewBy": day(test.review)}
    yield from (
        node(f"assumption/{k}", "troth:Assumption", label=a.open, says=a.decided) for k, a in policy.assumptions.items()
    )


def _term(name: str, known: frozenset[str], otherwise: str) -> tuple[str, Node]:
    """The term a policy names if DPV has it; else the general one, with the name as a text."""
    return (name, {}) if name in known else (otherwise, {"troth:statedTerm": name})


def _purposes(policy: Policy) -> Iterator[Node]:
    named = {pid: (p.dpv, p.label) for pid, p in policy.purposes.items()}
    named |= {pid: (p.dpv, p.label) for pid, p in policy.secondary_purposes.items()}
    for pid, (stated, label) in named.items():
        term, extra = _term(stated, dpv_terms.PURPOSES, "dpv:Purpose")
        yield node(f"purpose/{pid}", term, label=label) | extra


def _data(policy: Policy) -> Iterator[Node]:
    for iid, item in policy.data.items():
        term, extra = _term(item.dpv, dpv_terms.DATA, "dpv:PersonalData")
        special = ["dpv:SpecialCategoryPersonalData"] if item.special else []
        yield node(f"data/{iid}", term, terms.KINDS[item.kind], *special, label=item.label) | extra


def _retention(policy: Policy) -> Iterator[Node]:
    for rid, rule in policy.retention.items():
        yield node(f"retention/{rid}", *_durations(rule), label=rule.label) | _length(rule)
    for eid, kept in policy.retention_exceptions.items():
        basis = {"dpv:hasLegalBasis": [terms.BASES.get(kept.basis, "dpv:LegalBasis")]}
        yield node(f"longer/{eid}", "dpv:StorageCondition", label=kept.label, says=kept.text) | basis


def _durations(rule: RetentionRule) -> tuple[str, ...]:
    if rule.period:
        return ("dpv:TemporalDuration",)
    return ("dpv:UntilEventDuration",) if rule.until else ("dpv:IndeterminateDuration",)


def _length(rule: RetentionRule) -> Node:
    if rule.period:
        return {"rdf:value": duration(rule.period), "troth:countsFrom": rule.after}
    if rule.review:
        return {"troth:reviewEvery": duration(rule.review), "troth:countsFrom": rule.review_after}
    return {}


def _cookies(policy: Policy) -> Iterator[Node]:
    for cid, cookie in policy.cookies.items():
        made = node(f"cookie/{cid}", "tech:Cookie", label=cookie.pattern)
        made |= {"troth:pattern": cookie.pattern, "troth:category": cookie.category}
        if cookie.lifetime == "session":
            made["dpv:hasDuration"] = ["this:lifetime/session"]
        else:
            made["rdf:value"] = duration(cookie.lifetime)
        if cookie.setter in policy.recipients:
            made["dpv:hasRecipient"] = [f"this:recipient/{cookie.setter}"]
        yield made
    if any(cookie.lifetime == "session" for cookie in policy.cookies.values()):
        yield node("lifetime/session", "dpv:UntilEventDuration", label="until the browser is closed")


def _rights(policy: Policy) -> Iterator[Node]:
    for rid, right in policy.rights.items():
        term = terms.RIGHTS.get(right.kind, "dpv:DataSubjectRight")
        types = ("dpv:DataSubjectRight", term) if term.startswith("troth:") else (term,)
        made = node(f"right/{rid}", *types, label=right.label, says=right.text)
        made["dpv:isExercisedAt"] = ["this:exercise"]
        if right.limits:
            made["troth:limit"] = list(right.limits)
        yield made
    if policy.rights:
        yield node("exercise", "dpv:RightExerciseNotice") | {"dpv:hasContact": policy.controller.contact}


def _never(policy: Policy) -> Iterator[Node]:
    for nid, never in policy.never.items():
        made = node(f"never/{nid}", "dpv:Prohibition", label=never.label, says=never.text)
        for link, kind, names in (
            ("dpv:hasPurpose", "purpose", never.purposes),
            ("dpv:hasPersonalData", "data", never.items),
            ("dpv:hasRecipient", "recipient", never.recipients),
        ):
            if names:
                made[link] = links(kind, names)
        yield made
