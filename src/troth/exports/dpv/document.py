"""The whole: a policy as a JSON-LD document in the terms of the W3C Data Privacy Vocabulary (DPV) 2.3."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from troth.exports.dpv import terms
from troth.exports.dpv.nodes import Node, declared, links, node
from troth.exports.dpv.parties import parties
from troth.exports.dpv.processes import process
from troth.exports.record.activities import activity, invoked
from troth.policy.digest import digest
from troth.policy.model import Policy


def document(
    policy: Policy, *, base: str, day: date | None = None, language: str = "en", fingerprint: str | None = None
) -> dict[str, Any]:
    """JSON-LD. `base`: the address the document is served at; every node is named below it (`base#purpose/send-news`).

    `day`: the day transfer mechanisms are judged as of (the day the policy takes effect if not given). `language`: the
    language of the policy's texts. `fingerprint`: the digest of the policy as published, where `policy` is that in
    another language; its own if not given. Names depend on the ids in the policy only, so they are the same in every
    version that keeps the ids. The context stands inside: nothing is fetched to read it.
    """
    nodes: dict[str, Node] = {}
    for made in _nodes(policy, day or policy.effective, language, fingerprint or digest(policy)):
        nodes.setdefault(made["@id"], made)
    return {"@context": _context(base, language), "@graph": list(nodes.values())}


def _context(base: str, language: str) -> dict[str, Any]:
    node_values = {link: {"@id": _whole(link), "@type": "@id"} for link in terms.LINKS}
    names = {"@language": language, "this": f"{base.partition('#')[0]}#"}
    return names | terms.NAMESPACES | node_values


def _whole(term: str) -> str:
    prefix, _, name = term.partition(":")
    return terms.NAMESPACES[prefix] + name


def _nodes(policy: Policy, day: date, language: str, fingerprint: str) -> Iterator[Node]:
    ours = [
        activity(policy, tid, touchpoint, row, day)
        for tid, touchpoint in policy.touchpoints.items()
        for row in touchpoint.rows
    ]
    further = [invoked(policy, pid, purpose) for pid, purpose in policy.secondary_purposes.items()]
    yield _notice(policy, language, fingerprint)
    yield _handling(policy, [a.id for a in ours], [a.id for a in further])
    for act in (*ours, *further):
        yield from process(policy, act)
    yield from _sharing(policy)
    yield from parties(policy, day)
    yield from declared(policy)


def _notice(policy: Policy, language: str, fingerprint: str) -> Node:
    made = node("notice", "dpv:PrivacyNotice", label=policy.title)
    return made | {
        "dct:title": policy.title,
        "dct:language": {"@value": language},
        "dct:valid": {"@value": policy.effective.isoformat(), "@type": "xsd:date"},
        "troth:digest": {"@value": fingerprint},
        "dpv:hasDataController": ["this:controller"],
    }


def _handling(policy: Policy, ours: list[str], further: list[str]) -> Node:
    made = node("handling", "dpv:PersonalDataHandling", label=policy.title) | {
        "dpv:hasNotice": ["this:notice"],
        "dpv:hasDataController": ["this:controller"],
        "dpv:hasPersonalDataProcess": links("activity", ours)
        + links("further", further)
        + links("sharing", policy.sharing),
        "dpv:hasRight": links("right", policy.rights),
        "dpv:hasTechnicalOrganisationalMeasure": links("measure", policy.security),
        "dpv:hasProhibition": links("never", policy.never),
        "dpv:hasLocation": links("storage", (s.recipient for s in policy.storage)),
    }
    if policy.children:
        made["troth:minimumAge"] = policy.children.minimum_age
    return {key: value for key, value in made.items() if value != []}


def _sharing(policy: Policy) -> Iterator[Node]:
    """Disclosures beside the rows: a process each, to those the ground names."""
    for gid, ground in policy.sharing.items():
        made = node(f"sharing/{gid}", "dpv:PersonalDataProcess", label=ground.label, says=ground.text)
        made["dpv:hasDataController"] = ["this:controller"]
        made["dpv:hasProcessing"] = ["dpv:Disclose"]
        made["dpv:hasLegalBasis"] = [terms.BASES.get(basis, "dpv:LegalBasis") for basis in ground.bases]
        made["dpv:hasRecipient"] = [f"this:sharing/{gid}/to"]
        yield made
        yield node(f"sharing/{gid}/to", "dpv:Recipient", label="; ".join(ground.to))
