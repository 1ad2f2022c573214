"""Nodes of what is done: a process for each row of a touchpoint, and within it one for each purpose and its basis."""

from collections.abc import Iterator

from troth.exports.dpv import terms
from troth.exports.dpv.nodes import Node, links, node
from troth.exports.dpv.parties import transfer_name
from troth.exports.record.values import Activity, PurposeUse
from troth.policy.model import Policy


def process(policy: Policy, act: Activity) -> Iterator[Node]:
    """The process of an activity with everything that hangs on it alone."""
    name = f"activity/{act.id}" if act.touchpoint else f"further/{act.id}"
    made = node(name, "dpv:PersonalDataProcess", label=act.name)
    made |= _who(policy, act)
    made["dpv:hasProcess"] = links(f"{name}/purpose", (p.id for p in act.purposes))
    made["dpv:hasPurpose"] = links("purpose", (p.id for p in act.purposes))
    made["dpv:hasLegalBasis"] = list(dict.fromkeys(terms.BASES.get(p.basis, "dpv:LegalBasis") for p in act.purposes))
    made["dpv:hasProcessing"] = _processing(act)
    made |= _what(policy, act)
    made["dpv:hasAssessment"] = _assessed(policy, act)
    yield from _purposes(name, act.purposes)
    yield from _persons(made, act)
    yield from _storage(policy, name, made, act)
    if act.without:
        made["dpv:hasConsequence"] = [f"this:{name}/without"]
        yield node(f"{name}/without", "dpv:Consequence", says=" ".join(f"{w.rstrip('.')}." for w in act.without))
    yield {key: value for key, value in made.items() if value not in ([], None)}


def _who(policy: Policy, act: Activity) -> Node:
    ours = act.touchpoint is None or policy.touchpoints[act.touchpoint].role == "controller"
    answers: Node = (
        {"dpv:hasDataController": ["this:controller"]} if ours else {"dpv:hasDataProcessor": ["this:controller"]}
    )
    return answers | {
        "dpv:hasRecipient": links("recipient", (p.id for p in act.recipients)),
        "troth:mayInvoke": list(act.used_by),
    }


def _processing(act: Activity) -> list[str]:
    steps = ["dpv:Collect", "dpv:Store"] if act.touchpoint else ["dpv:Use"]
    steps += ["dpv:Disclose"] if act.recipients else []
    steps += ["dpv:Profiling"] if any(p.profiling for p in act.purposes) else []
    by_name = {p.name: p.id for p in act.recipients}
    return steps + [f"this:{transfer_name(by_name[t.recipient], t.country, t.kind)}" for t in act.transfers]


def _what(policy: Policy, act: Activity) -> Node:
    cookies = [cid for cid, cookie in policy.cookies.items() if cookie.touchpoint == act.touchpoint]
    holds_cookies = any(d.kind == "observed" for d in act.data)
    return {
        "dpv:hasPersonalData": links("data", (d.id for d in act.data)),
        "troth:requires": links("data", (d.id for d in act.data if d.required)),
        "dpv:hasDataSource": _sources(act),
        "dpv:isImplementedUsingTechnology": links("cookie", cookies if holds_cookies else ()),
        "troth:channel": list(act.channels),
        "troth:restsOn": links("assumption", act.assumptions),
    }


def _assessed(policy: Policy, act: Activity) -> list[str]:
    """The balancing test behind the interest the activity rests on."""
    if act.touchpoint and act.row:
        name = policy.touchpoints[act.touchpoint].row(act.row).balancing
    else:
        name = policy.secondary_purposes[act.id].balancing
    return [f"this:balancing/{name}"] if name in policy.balancing_tests else []


def _sources(act: Activity) -> list[str]:
    if act.touchpoint is None:
        return []
    return ["dpv:ThirdPartyDataSource"] if act.source else ["dpv:DataSubjectDataSource"]


def _purposes(name: str, uses: tuple[PurposeUse, ...]) -> Iterator[Node]:
    """Each purpose relies on exactly one basis; an interest is named in words."""
    for use in uses:
        basis = terms.BASES.get(use.basis, "dpv:LegalBasis")
        made = node(f"{name}/purpose/{use.id}", "dpv:Process", label=use.label)
        made["dpv:hasPurpose"] = [f"this:purpose/{use.id}"]
        grounds = [terms.GROUNDS[use.special_ground]] if use.special_ground in terms.GROUNDS else []
        made["dpv:hasLegalBasis"] = [f"this:{name}/purpose/{use.id}/interest" if use.interest else basis, *grounds]
        if use.law:
            made["troth:law"] = use.law
        if use.automated:
            made["dpv:hasContext"] = ["dpv:AutomatedDecisionMaking"]
        yield made
        if use.interest:
            yield node(f"{name}/purpose/{use.id}/interest", basis, label=use.interest)


def _persons(made: Node, act: Activity) -> Iterator[Node]:
    if not act.persons_stated:
        return
    named = {f"{act.touchpoint}/{place}": who for place, who in enumerate(act.persons, start=1)}
    made["dpv:hasDataSubject"] = links("persons", named)
    yield from (node(f"persons/{name}", "dpv:DataSubject", label=who) for name, who in named.items())


def _storage(policy: Policy, name: str, made: Node, act: Activity) -> Iterator[Node]:
    """A storage condition for each rule of the row, with the items that fall under it."""
    if act.touchpoint is None or act.row is None:
        return
    row = policy.touchpoints[act.touchpoint].row(act.row)
    named = {item for kept in row.retention for item in kept.items}
    made["dpv:hasStorageCondition"] = links(f"{name}/storage", (kept.rule for kept in row.retention))
    for kept in row.retention:
        items = kept.items or tuple(i.item for i in row.items if i.item not in named)
        condition = node(f"{name}/storage/{kept.rule}", "dpv:StorageCondition", "dpv:StorageDuration")
        condition["dpv:hasDuration"] = [f"this:retention/{kept.rule}"]
        condition["dpv:hasPersonalData"] = links("data", items)
        if policy.retention_exceptions:
            condition["troth:keptLonger"] = links("longer", policy.retention_exceptions)
        yield condition
