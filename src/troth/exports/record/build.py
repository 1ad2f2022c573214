"""A policy → its record of processing (GDPR Art. 30)."""

from collections.abc import Iterator, Mapping
from datetime import date

from troth.exports.record.activities import activity, invoked, transfers
from troth.exports.record.values import Decided, Entry, Form, Open, PartyUse, Record, Responsible, TransferUse
from troth.law.adequacy import EEA
from troth.policy.digest import digest
from troth.policy.languages import Words, words
from troth.policy.model import Policy, Right
from troth.policy.model.promises import Measure, TransferTerm


def record(
    policy: Policy,
    *,
    form: Form = "controller",
    day: date | None = None,
    language: str = "en",
    fingerprint: str | None = None,
) -> Record:
    """The record of a policy as of a day (the day the policy takes effect, if none is given).

    `form`: `controller` holds what we answer for (Art. 30(1)), `processor` what we do on behalf of others (Art. 30(2)).
    `language`: that of the policy's texts; the record's own words are in it too, where it comes with Troth.
    `fingerprint`: the digest of the policy as published, where `policy` is that in another language.

    What the policy does not say is named in `open`; nothing is made up.
    """
    as_of = day or policy.effective
    activities = tuple(
        activity(policy, tid, touchpoint, row, as_of)
        for tid, touchpoint in policy.touchpoints.items()
        if touchpoint.role == form
        for row in touchpoint.rows
    )
    if form == "controller":
        activities += tuple(invoked(policy, pid, purpose) for pid, purpose in policy.secondary_purposes.items())
    return Record(
        form=form,
        language=language,
        policy=policy.name,
        title=policy.title,
        digest=fingerprint or digest(policy),
        effective=policy.effective,
        as_of=as_of,
        responsible=_responsible(policy, words(language)),
        activities=activities,
        hosts=tuple(_host(policy, rid) for rid in _hosting(policy)),
        transfers=tuple(_transfers(policy, as_of)),
        measures=_labelled(policy.security),
        disclosures=tuple(Entry(k, g.label, g.text, g.bases, g.to) for k, g in policy.sharing.items()),
        longer=tuple(Entry(k, e.label, e.text, (e.basis,)) for k, e in policy.retention_exceptions.items()),
        transfer_terms=_labelled(policy.transfers.terms if policy.transfers else {}),
        storage=_storage(policy),
        rights=_labelled(policy.rights),
        assumptions=_decided(policy, {a for act in activities for a in act.assumptions}),
        open=tuple(_open(policy, form)),
    )


def _responsible(policy: Policy, speech: Words) -> Responsible:
    controller = policy.controller
    return Responsible(
        name=controller.name,
        country=controller.country,
        contact=controller.contact,
        address=controller.address,
        dpo=controller.dpo,
        no_dpo=controller.no_dpo,
        representatives=(
            *controller.representatives,
            *(f"{speech.country(country)}: {who}" for country, who in controller.other_representatives.items()),
        ),
        joint=tuple(r.name for r in policy.recipients.values() if r.role == "joint controller"),
        group=tuple(f"{c.name} ({speech.country(c.country)})" for c in controller.group),
        authorities=tuple(f"{a.name} ({speech.country(a.country)})" for a in controller.authorities),
    )


def _hosting(policy: Policy) -> dict[str, None]:
    return dict.fromkeys(place.recipient for place in policy.storage if place.recipient in policy.recipients)


def _host(policy: Policy, rid: str) -> PartyUse:
    known = policy.recipients[rid]
    return PartyUse(rid, known.name, known.role, ("storage",), known.countries, contract=known.contract)


def _transfers(policy: Policy, day: date) -> Iterator[TransferUse]:
    """Transfers that go with every activity: where the data is stored, and inside the group."""
    for rid in _hosting(policy):
        yield from transfers(policy.recipients[rid], day)
    terms = policy.transfers.terms.values() if policy.transfers else ()
    agreed = [term for term in terms if "intra-group" in term.mechanisms]
    for company in policy.controller.group:
        if company.country not in EEA:
            since = agreed[0].since if agreed else None
            begun = since is None or since <= day
            yield TransferUse(
                company.name, company.country, "intra-group" if agreed else None, since, None, bool(agreed) and begun
            )


def _labelled(entries: Mapping[str, Measure] | Mapping[str, TransferTerm] | Mapping[str, Right]) -> tuple[Entry, ...]:
    return tuple(Entry(key, entry.label, entry.text) for key, entry in entries.items())


def _storage(policy: Policy) -> tuple[Entry, ...]:
    def name(recipient: str) -> str:
        return policy.recipients[recipient].name if recipient in policy.recipients else recipient

    return tuple(Entry(s.recipient, name(s.recipient), "; ".join(s.places), (), s.countries) for s in policy.storage)


def _decided(policy: Policy, used: set[str]) -> tuple[Decided, ...]:
    return tuple(Decided(k, a.open, a.decided) for k, a in policy.assumptions.items() if k in used)


def _open(policy: Policy, form: Form) -> list[Open]:
    letter = "30(1)" if form == "controller" else "30(2)"
    controller = policy.controller
    found = []
    if not controller.address:
        found.append(Open("controller.address", "the postal address of the controller", f"Art. {letter}(a) GDPR"))
    if not (controller.dpo or controller.no_dpo):
        found.append(
            Open("controller.dpo", "a data protection officer, or that there is none", f"Art. {letter}(a) GDPR")
        )
    if not controller.representatives and controller.country not in EEA:
        asks = "a representative in the Union"
        found.append(Open("controller.representatives", asks, f"Art. {letter}(a), 27 GDPR"))
    if not policy.security:
        found.append(Open("security", "the technical and organisational measures", "Art. 30(1)(g), 32 GDPR"))
    if form == "controller":
        found += [
            Open(f"touchpoints.{tid}.persons", "the categories of persons of “{title}”", "Art. 30(1)(c) GDPR", t.title)
            for tid, t in policy.touchpoints.items()
            if t.role == "controller" and not t.persons
        ]
    else:
        asks = "the name and contact of each customer on whose behalf data is processed: they are not in a policy"
        found.append(Open("touchpoints", asks, "Art. 30(2)(a) GDPR"))
    return found
