"""Nodes of those who take part: the controller and its people, recipients, authorities, places."""

from collections.abc import Iterator
from datetime import date

from troth.exports.dpv import terms
from troth.exports.dpv.nodes import Node, country, links, node, slug
from troth.exports.record.activities import transfers
from troth.policy.model import Controller, Mechanism, Policy, Recipient


def parties(policy: Policy, day: date) -> Iterator[Node]:
    """Everyone named, and each transfer to a third country."""
    yield from _controller(policy.controller)
    for rid, recipient in policy.recipients.items():
        yield _recipient(rid, recipient)
        yield from _transfers(rid, recipient, day)
    for place in policy.storage:
        made = node(f"storage/{place.recipient}", "dpv:StorageLocation", label="; ".join(place.places))
        made["dpv:hasRecipient"] = [f"this:recipient/{place.recipient}"]
        yield made | ({"dpv:hasCountry": [country(c) for c in place.countries]} if place.countries else {})


def _controller(controller: Controller) -> Iterator[Node]:
    made = node("controller", "dpv:DataController", label=controller.name)
    made |= {
        "dpv:hasName": controller.name,
        "dpv:hasContact": controller.contact,
        "dpv:hasCountry": [country(controller.country)],
    }
    if controller.address:
        made["dpv:hasAddress"] = controller.address
    if controller.dpo:
        made["dpv:hasDataProtectionOfficer"] = ["this:dpo"]
        yield node("dpo", "dpv:DataProtectionOfficer", label=controller.dpo)
    named = {
        "dpv:hasRepresentative": ("representative", "dpv:Representative", controller.representatives),
        "dpv:hasSubsidiary": ("group", "dpv:LegalEntity", tuple(c.name for c in controller.group)),
        "dpv:hasAuthority": (
            "authority",
            "eu-gdpr:DataProtectionAuthority",
            tuple(a.name for a in controller.authorities),
        ),
    }
    for link, (kind, term, names) in named.items():
        if names:
            made[link] = links(kind, map(slug, names))
            yield from (node(f"{kind}/{slug(name)}", term, label=name) for name in dict.fromkeys(names))
    yield made


def _recipient(rid: str, recipient: Recipient) -> Node:
    made = node(f"recipient/{rid}", "dpv:Recipient", terms.ROLES[recipient.role], label=recipient.name)
    return made | {
        "dpv:hasName": recipient.name,
        "dct:description": "; ".join(recipient.does),
        "dpv:hasCountry": [country(c) for c in recipient.countries],
    }


def _transfers(rid: str, recipient: Recipient, day: date) -> Iterator[Node]:
    for transfer in transfers(recipient, day):
        name = transfer_name(rid, transfer.country, transfer.kind)
        made = node(name, "dpv:CrossBorderTransfer", label=f"{recipient.name}, {transfer.country}")
        made |= {
            "dpv:hasDataExporter": ["this:controller"],
            "dpv:hasDataImporter": [f"this:recipient/{rid}"],
            "dpv:hasThirdCountry": [country(transfer.country)],
            "dpv:hasLegalBasis": [_lawful(transfer.kind, transfer.country)],
        }
        if transfer.kind in terms.TOOLS:
            made["dpv:hasLegalMeasure"] = [terms.TOOLS[transfer.kind]]
        yield made | _force(transfer.since, transfer.until)


def transfer_name(rid: str, to: str, kind: str | None) -> str:
    return f"transfer/{rid}/{to}/{kind or 'none'}"


def _lawful(kind: Mechanism | str | None, to: str) -> str:
    if kind == "adequacy" and to in terms.ADEQUACY:
        return f"legal-eu:Adequacy-EU-{to}"
    return terms.MECHANISMS.get(str(kind), "troth:NoMechanism")


def _force(since: date | None, until: date | None) -> Node:
    days = {"troth:inForceFrom": since, "troth:inForceUntil": until}
    return {key: {"@value": day.isoformat(), "@type": "xsd:date"} for key, day in days.items() if day}
