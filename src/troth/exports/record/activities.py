"""Rows of touchpoints and secondary purposes → activities of the record."""

from collections.abc import Iterator
from datetime import date

from troth.exports.record.values import Activity, Balancing, DataUse, Keeping, PartyUse, PurposeUse, TransferUse
from troth.law.adequacy import free
from troth.policy.model import (
    Policy,
    Recipient,
    RetentionRule,
    Row,
    RowPurpose,
    RowRecipient,
    SecondaryPurpose,
    Touchpoint,
)

ONLY_NAMED = frozenset({"secret", "file", "recording"})
"""Kinds of data that go to a recipient only where it names them."""


def activity(policy: Policy, tid: str, touchpoint: Touchpoint, row: Row, day: date) -> Activity:
    """The activity of a row of a touchpoint."""
    parties = tuple(_party(policy, row, given) for given in row.receivers)
    return Activity(
        id=f"{tid}/{row.id}",
        name=touchpoint.title,
        group=policy.groups.get(touchpoint.group, touchpoint.group),
        touchpoint=tid,
        row=row.id,
        marketing=row.marketing,
        purposes=_purposes(policy, row),
        persons=touchpoint.persons or (policy.groups.get(touchpoint.group, touchpoint.group),),
        persons_stated=bool(touchpoint.persons),
        data=_data(policy, row),
        recipients=parties,
        recipients_stated=row.recipients is not None,
        transfers=tuple(t for p in parties for t in transfers(policy.recipients[p.id], day)),
        retention=tuple(
            keeping(policy.retention[kept.rule], tuple(policy.item_label(tid, row.id, i) for i in kept.items))
            for kept in row.retention
        ),
        source=touchpoint.source,
        channels=touchpoint.channels,
        sites=tuple(policy.sites[s].label for s in touchpoint.sites),
        without=row.without,
        provision=row.provision,
        assumptions=tuple(dict.fromkeys(_assumed(policy, touchpoint, row))),
    )


def _purposes(policy: Policy, row: Row) -> tuple[PurposeUse, ...]:
    def use(given: RowPurpose) -> PurposeUse:
        known = policy.purposes[given.purpose]
        interested = given.relies_on == "legitimate interest"
        return PurposeUse(
            id=given.purpose,
            label=known.label,
            dpv=known.dpv,
            basis=given.relies_on,
            published_bases=row.purpose_bases(given),
            interest=row.interest if interested else None,
            balancing=_balanced(policy, row.balancing) if interested else None,
            law=given.law,
            special_ground=given.special_ground,
            automated=known.automated.logic if known.automated else None,
            marketing=known.marketing,
            profiling=known.profiling,
        )

    return tuple(use(given) for given in row.purposes)


def _balanced(policy: Policy, name: str | None) -> Balancing | None:
    test = policy.balancing_tests.get(name or "")
    return Balancing(test.day, test.review, test.outcome) if test else None


def _data(policy: Policy, row: Row) -> tuple[DataUse, ...]:
    def use(item: str, label: str | None, required: bool) -> DataUse:
        known = policy.data[item]
        return DataUse(item, label or known.label, known.dpv, known.kind, known.special, required)

    return tuple(use(i.item, i.published_as, i.required) for i in row.items)


def _party(policy: Policy, row: Row, given: RowRecipient) -> PartyUse:
    known = policy.recipients[given.recipient]
    needed = set(given.items) or {i for i in row.item_ids if policy.data[i].kind not in ONLY_NAMED}
    labels = tuple(d.label for d in _data(policy, row) if d.id in needed)
    return PartyUse(
        id=given.recipient,
        name=known.name,
        role=known.role,
        does=known.does,
        countries=known.countries,
        items=labels,
        contract=known.contract,
        arrangement=known.arrangement,
        assumed=row.recipients is None,
    )


def transfers(recipient: Recipient, day: date) -> Iterator[TransferUse]:
    """A recipient's third countries, each with every mechanism named for it. A third country is one outside the EEA:
    the controller's own too, since the record is read from the Union."""
    for country in recipient.countries:
        if free(country, ""):
            continue
        named = [m for m in recipient.mechanisms if m.country == country]
        if not named:
            yield TransferUse(recipient.name, country, None)
        for m in named:
            yield TransferUse(recipient.name, country, m.kind, m.since, m.until, m.in_force(day))


def keeping(rule: RetentionRule, items: tuple[str, ...] = ()) -> Keeping:
    """A retention rule as a time limit."""
    return Keeping(rule.label, rule.short, rule.review, rule.review_after, items)


def _assumed(policy: Policy, touchpoint: Touchpoint, row: Row) -> Iterator[str]:
    parties = [policy.recipients[r.recipient] for r in row.receivers]
    rules = [policy.retention[r.rule] for r in row.retention]
    mechanisms = [m for party in parties for m in party.mechanisms]
    for part in (touchpoint, row, *row.purposes, *row.receivers, *parties, *mechanisms, *rules):
        if part.assumption:
            yield part.assumption


def _holds(touchpoint: Touchpoint, items: tuple[str, ...]) -> bool:
    """True if we answer for the touchpoint and it takes in one of the items; no items means any."""
    held = {item for row in touchpoint.rows for item in row.item_ids}
    return touchpoint.role == "controller" and (not items or bool(held & set(items)))


def invoked(policy: Policy, pid: str, purpose: SecondaryPurpose) -> Activity:
    """The activity of a secondary purpose: it takes in nothing, it uses what the others hold."""
    named = () if purpose.items == "any" else purpose.items
    data = tuple(
        DataUse(i, policy.data[i].label, policy.data[i].dpv, policy.data[i].kind, policy.data[i].special) for i in named
    )
    everyone = dict.fromkeys(p for t in policy.touchpoints.values() if _holds(t, named) for p in t.persons)
    return Activity(
        id=pid,
        name=purpose.label,
        group="Further uses of data already held",
        touchpoint=None,
        row=None,
        marketing=False,
        purposes=(_further(policy, pid, purpose),),
        persons=tuple(everyone),
        persons_stated=bool(everyone),
        data=data,
        recipients=(),
        recipients_stated=False,
        transfers=(),
        retention=(),
        used_by=purpose.may_invoke,
        assumptions=(purpose.assumption,) if purpose.assumption else (),
    )


def _further(policy: Policy, pid: str, purpose: SecondaryPurpose) -> PurposeUse:
    return PurposeUse(
        id=pid,
        label=purpose.label,
        dpv=purpose.dpv,
        basis=purpose.relies_on,
        published_bases=purpose.bases,
        interest=purpose.interest,
        balancing=_balanced(policy, purpose.balancing),
        law=purpose.law,
    )
