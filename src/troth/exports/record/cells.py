"""What a cell of the record says: one function a column, from values to text. Lists take a line each."""

from collections.abc import Iterable

from troth.exports import articles
from troth.exports.record.values import Activity, Entry, Keeping, PartyUse, Record, TransferUse
from troth.policy import plain

NOT_STATED = "not stated"


def lines(parts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(part for part in parts if part))


def purposes(_: Record, act: Activity) -> str:
    return lines(p.label + (" (profiling)" if p.profiling else "") for p in act.purposes)


def main_purpose(_: Record, act: Activity) -> str:
    return act.purposes[0].label if act.purposes else ""


def further_purposes(_: Record, act: Activity) -> str:
    return lines(p.label for p in act.purposes[1:])


def bases(_: Record, act: Activity) -> str:
    """One line a basis, with the purposes that rely on it."""
    by_basis: dict[str, list[str]] = {}
    for purpose in act.purposes:
        words = articles.basis(purpose.basis) + (f", {purpose.law}" if purpose.law else "")
        by_basis.setdefault(words, []).append(purpose.label)
    if len(by_basis) == 1:
        return next(iter(by_basis))
    return lines(f"{words}: {'; '.join(labels)}" for words, labels in by_basis.items())


def interests(_: Record, act: Activity) -> str:
    return lines(p.interest for p in act.purposes if p.interest)


def persons(_: Record, act: Activity) -> str:
    if act.persons_stated or act.touchpoint is None:
        return lines(act.persons)
    return f"{NOT_STATED}; the group is “{act.group}”"


def data(_: Record, act: Activity) -> str:
    if not act.data and act.touchpoint is None:
        return "any data already held, as far as the purpose needs it"
    return "; ".join(d.label + (" (special category)" if d.special else "") for d in act.data)


def special(record: Record, act: Activity) -> str:
    if not act.data and act.touchpoint is None:
        held = {d.label for a in record.activities for d in a.data if d.special}
        return "; ".join(sorted(held)) or "none"
    return "; ".join(d.label for d in act.data if d.special) or "none"


def special_grounds(_: Record, act: Activity) -> str:
    """What allows special categories to be used (Art. 9(2)); empty where there are none."""
    if not any(d.special for d in act.data):
        return ""
    return lines(articles.ground(p.special_ground) for p in act.purposes if p.special_ground) or NOT_STATED


def special_with_grounds(record: Record, act: Activity) -> str:
    return lines([special(record, act), special_grounds(record, act)])


def balancing(_: Record, act: Activity) -> str:
    """The assessment behind a legitimate interest; empty where none is relied on."""
    relied = [p for p in act.purposes if p.basis == "legitimate interest"]
    return lines(p.balancing or NOT_STATED for p in relied)


def ordinary(_: Record, act: Activity) -> str:
    return "; ".join(d.label for d in act.data if not d.special) if act.data else data(_, act)


def _party(party: PartyUse) -> str:
    does = ", ".join(party.does)
    return f"{party.name}: {party.role}{f', {does}' if does else ''}{' (assumed)' if party.assumed else ''}"


def recipients(record: Record, act: Activity) -> str:
    """Named recipients, *none* where the policy says so, else not stated; and those who store the data."""
    hosts = [_party(h) for h in record.hosts if h.id not in {p.id for p in act.recipients}]
    if act.touchpoint is None:
        return lines([f"inside: {', '.join(act.used_by)}" if act.used_by else "", *hosts]) or "none"
    if not act.recipients:
        none = "none, beside those who store the data" if hosts else "none"
        return lines([none if act.recipients_stated else NOT_STATED, *hosts])
    return lines([*(_party(p) for p in act.recipients), *hosts])


def disclosures(record: Record, _: Activity) -> str:
    """The grounds on which data of any activity may go to others."""
    return lines(f"{g.label}: {', '.join(g.to)}" for g in record.disclosures)


def all_recipients(record: Record, act: Activity) -> str:
    others = disclosures(record, act)
    return lines([recipients(record, act), others])


def kinds_of_recipient(record: Record, act: Activity) -> str:
    return lines(f"{p.name}: {p.role}" for p in (*act.recipients, *record.hosts))


def contracts(record: Record, act: Activity) -> str:
    """For processors: the day of the agreement, where the policy knows it."""
    return lines(
        f"{p.name}: {plain.day(p.contract) if p.contract else NOT_STATED}"
        for p in (*act.recipients, *record.hosts)
        if p.role == "processor"
    )


def countries(record: Record, act: Activity) -> str:
    return lines(f"{t.country}: {t.recipient}" for t in (*act.transfers, *record.transfers)) or "none"


def _safeguard(transfer: TransferUse) -> str:
    if transfer.kind is None:
        return "no mechanism stated"
    words = articles.mechanism(transfer.kind)
    if transfer.until:
        words += f", until {plain.day(transfer.until)}"
    return words if transfer.in_force else f"{words}, not in force"


def safeguards(record: Record, act: Activity) -> str:
    every = (*act.transfers, *record.transfers)
    return lines(f"{t.country}, {t.recipient}: {_safeguard(t)}" for t in every) or "none"


def _kept(kept: Keeping, several: bool) -> str:
    words = kept.label
    if kept.review:
        period, _, event = kept.review.partition(" after ")
        words += f" (reviewed {plain.period(period)} after {event})"
    return f"{', '.join(kept.items)}: {words}" if kept.items and several else words


def retention(record: Record, act: Activity) -> str:
    if act.touchpoint is None:
        return "no period of its own: as long as the data it uses is kept"
    several = len(act.retention) > 1
    kept = [_kept(k, several) for k in act.retention]
    longer = "; ".join(e.label for e in record.longer)
    return lines([*kept, f"longer only for: {longer}" if longer else ""])


def _entry(entry: Entry) -> str:
    return f"{entry.label}: {entry.text}"


def measures(record: Record, _: Activity) -> str:
    return lines(_entry(m) for m in record.measures) or NOT_STATED


def source(_: Record, act: Activity) -> str:
    if act.touchpoint is None:
        return "data already held"
    if act.source:
        return act.source
    seen = {d.kind for d in act.data} & {"observed", "derived", "recording"}
    given = {d.kind for d in act.data} - {"observed", "derived", "recording"}
    return lines(["the person" if given else "", "observed or derived by our systems" if seen else ""])


def automated(_: Record, act: Activity) -> str:
    decided = [f"decided by machine alone: {p.label}; {p.automated}" for p in act.purposes if p.automated]
    profiled = [f"profiling: {p.label}" for p in act.purposes if p.profiling]
    return lines([*decided, *profiled]) or "none stated"


def rights(record: Record, _: Activity) -> str:
    return "; ".join(right.label for right in record.rights) or NOT_STATED


def consent_record(_: Record, act: Activity) -> str:
    asked = any(p.basis == "consent" for p in act.purposes)
    return "the consent ledger: each consent with its notice version" if asked else "no consent relied on"


def location(record: Record, act: Activity) -> str:
    stored = [f"{s.label}: {s.text}" for s in record.storage]
    return lines(stored) or NOT_STATED


def joint(record: Record, act: Activity) -> str:
    together = [p for p in act.recipients if p.role == "joint controller"]
    return lines(f"{p.name}: {p.arrangement}" if p.arrangement else p.name for p in together) or "none"


def controller(record: Record, _: Activity) -> str:
    who = record.responsible
    return lines([f"{who.name}, {who.country}", who.address or "", who.contact])


def representative(record: Record, _: Activity) -> str:
    return lines(record.responsible.representatives) or NOT_STATED


def officer(record: Record, _: Activity) -> str:
    who = record.responsible
    return who.dpo or (f"none: {who.no_dpo}" if who.no_dpo else NOT_STATED)


def on_behalf_of(_: Record, act: Activity) -> str:
    return f"{act.source or 'customers'}; each is named in the list of customers, not in the policy"


def assumptions(_: Record, act: Activity) -> str:
    """By name; the workbook's last sheet and the JSON say what was open and what was decided."""
    return "; ".join(act.assumptions)


def without(_: Record, act: Activity) -> str:
    required = {"statutory": "required by law", "contractual": "required by contract", "voluntary": "not required"}
    return lines([required.get(act.provision or "", ""), *act.without])


def name(_: Record, act: Activity) -> str:
    return f"{act.name}: marketing" if act.marketing else act.name
