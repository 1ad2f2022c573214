"""Cells about those who take part: who answers, who receives, in which countries and under which safeguards."""

from troth.exports import articles
from troth.exports.record.cells import country, day, lines, none, not_stated
from troth.exports.record.speech import say
from troth.exports.record.values import Activity, PartyUse, Record, TransferUse


def _party(record: Record, party: PartyUse) -> str:
    does = "".join(f", {word}" for word in party.does)
    assumed = f" ({say(record, 'assumed')})" if party.assumed else ""
    return f"{party.name}: {say(record, party.role)}{does}{assumed}"


def _host(record: Record, party: PartyUse) -> str:
    return f"{party.name}: {say(record, party.role)}, {say(record, 'storage')}"


def recipients(record: Record, act: Activity) -> str:
    """Named recipients, *none* where the policy says so, else not stated; and those who store the data."""
    hosts = [_host(record, h) for h in record.hosts if h.id not in {p.id for p in act.recipients}]
    if act.touchpoint is None:
        inside = say(record, "inside: {who}", who=", ".join(act.used_by)) if act.used_by else ""
        return lines([inside, *hosts]) or none(record)
    if not act.recipients:
        nobody = say(record, "none, beside those who store the data" if hosts else "none")
        return lines([nobody if act.recipients_stated else not_stated(record), *hosts])
    return lines([*(_party(record, p) for p in act.recipients), *hosts])


def disclosures(record: Record, _: Activity) -> str:
    """The grounds on which data of any activity may go to others."""
    return lines(f"{g.label}: {', '.join(g.to)}" for g in record.disclosures)


def all_recipients(record: Record, act: Activity) -> str:
    others = disclosures(record, act)
    return lines([recipients(record, act), others])


def kinds_of_recipient(record: Record, act: Activity) -> str:
    return lines(f"{p.name}: {say(record, p.role)}" for p in (*act.recipients, *record.hosts))


def contracts(record: Record, act: Activity) -> str:
    """For processors: the day of the agreement, where the policy knows it."""
    return lines(
        f"{p.name}: {day(record, p.contract) if p.contract else not_stated(record)}"
        for p in (*act.recipients, *record.hosts)
        if p.role == "processor"
    )


def countries(record: Record, act: Activity) -> str:
    """A line a country, with those who are there."""
    there: dict[str, list[str]] = {}
    for transfer in (*act.transfers, *record.transfers):
        there.setdefault(transfer.country, []).append(transfer.recipient)
    return lines(f"{country(record, c)}: {'; '.join(dict.fromkeys(n))}" for c, n in there.items()) or none(record)


def _safeguard(record: Record, transfer: TransferUse) -> str:
    if transfer.kind is None:
        return say(record, "no mechanism stated")
    said = [say(record, articles.mechanism(transfer.kind))]
    said += [say(record, "until {day}", day=day(record, transfer.until))] if transfer.until else []
    said += [] if transfer.in_force else [say(record, "not in force")]
    return ", ".join(said)


def safeguards(record: Record, act: Activity) -> str:
    """A line a country and safeguard, with those it holds for."""
    held: dict[tuple[str, str], list[str]] = {}
    for transfer in (*act.transfers, *record.transfers):
        held.setdefault((transfer.country, _safeguard(record, transfer)), []).append(transfer.recipient)
    said = (f"{country(record, c)}, {s}: {'; '.join(dict.fromkeys(names))}" for (c, s), names in held.items())
    return lines(said) or none(record)


def joint(record: Record, act: Activity) -> str:
    together = [p for p in act.recipients if p.role == "joint controller"]
    return lines(f"{p.name}: {p.arrangement}" if p.arrangement else p.name for p in together) or none(record)


def controller(record: Record, _: Activity) -> str:
    who = record.responsible
    return lines([f"{who.name}, {country(record, who.country)}", who.address or "", who.contact])


def representative(record: Record, _: Activity | None = None) -> str:
    return lines(record.responsible.representatives) or not_stated(record)


def officer(record: Record, _: Activity | None = None) -> str:
    who = record.responsible
    return who.dpo or (f"{none(record)}: {who.no_dpo}" if who.no_dpo else not_stated(record))


def on_behalf_of(record: Record, act: Activity) -> str:
    whose = act.source or say(record, "customers")
    return say(record, "{whose}; each is named in the list of customers, not in the policy", whose=whose)
