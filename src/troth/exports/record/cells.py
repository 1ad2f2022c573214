"""What a cell of the record says: one function a column, from values to text. Lists take a line each."""

from collections.abc import Iterable
from datetime import date

from troth.exports import articles
from troth.exports.record.speech import say
from troth.exports.record.values import Activity, Entry, Keeping, Record
from troth.policy.languages import words


def not_stated(record: Record) -> str:
    return say(record, "not stated")


def none(record: Record) -> str:
    return say(record, "none")


def day(record: Record, value: date) -> str:
    return words(record.language).day(value)


def country(record: Record, code: str) -> str:
    """Its name in the record's language."""
    return words(record.language).country(code)


def lines(parts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(part for part in parts if part))


def purposes(record: Record, act: Activity) -> str:
    return lines(p.label + (f" ({say(record, 'profiling')})" if p.profiling else "") for p in act.purposes)


def main_purpose(record: Record, act: Activity) -> str:
    return act.purposes[0].label if act.purposes else ""


def further_purposes(record: Record, act: Activity) -> str:
    return lines(p.label for p in act.purposes[1:])


def bases(record: Record, act: Activity) -> str:
    """One line a basis, with the purposes that rely on it."""
    by_basis: dict[str, list[str]] = {}
    for purpose in act.purposes:
        basis = say(record, articles.basis(purpose.basis)) + (f", {purpose.law}" if purpose.law else "")
        by_basis.setdefault(basis, []).append(purpose.label)
    if len(by_basis) == 1:
        return next(iter(by_basis))
    return lines(f"{basis}: {'; '.join(labels)}" for basis, labels in by_basis.items())


def interests(record: Record, act: Activity) -> str:
    return lines(p.interest for p in act.purposes if p.interest)


def persons(record: Record, act: Activity) -> str:
    if act.persons_stated or act.touchpoint is None:
        return lines(act.persons) or say(record, "everyone whose data is held")
    return say(record, "not stated; the group is “{group}”", group=act.group)


def data(record: Record, act: Activity) -> str:
    if not act.data and act.touchpoint is None:
        return say(record, "any data already held, as far as the purpose needs it")
    return "; ".join(d.label + (f" ({say(record, 'special category')})" if d.special else "") for d in act.data)


def special(record: Record, act: Activity) -> str:
    if not act.data and act.touchpoint is None:
        held = {d.label for a in record.activities for d in a.data if d.special}
        return "; ".join(sorted(held)) or none(record)
    return "; ".join(d.label for d in act.data if d.special) or none(record)


def special_grounds(record: Record, act: Activity) -> str:
    """What allows special categories to be used (Art. 9(2)); empty where there are none."""
    if not any(d.special for d in act.data):
        return ""
    return lines(
        say(record, articles.ground(p.special_ground)) for p in act.purposes if p.special_ground
    ) or not_stated(record)


def special_with_grounds(record: Record, act: Activity) -> str:
    return lines([special(record, act), special_grounds(record, act)])


def balancing(record: Record, act: Activity) -> str:
    """The assessment behind a legitimate interest; empty where none is relied on."""
    tests = [p.balancing for p in act.purposes if p.basis == "legitimate interest"]
    told = "{day}, to be looked at again by {review}: {outcome}"
    return lines(
        say(record, told, day=day(record, t.day), review=day(record, t.review), outcome=t.outcome)
        if t
        else not_stated(record)
        for t in tests
    )


def ordinary(record: Record, act: Activity) -> str:
    return "; ".join(d.label for d in act.data if not d.special) if act.data else data(record, act)


def _kept(record: Record, kept: Keeping, several: bool) -> str:
    said = kept.label
    if kept.review and kept.review_after:
        speech = words(record.language)
        period, event = speech.period(kept.review), speech.name("event", kept.review_after)
        said += f" ({say(record, 'reviewed {period} {event}', period=period, event=event)})"
    return f"{', '.join(kept.items)}: {said}" if kept.items and several else said


def retention(record: Record, act: Activity) -> str:
    if act.touchpoint is None:
        return say(record, "no period of its own: as long as the data it uses is kept")
    several = len(act.retention) > 1
    kept = [_kept(record, k, several) for k in act.retention]
    longer = "; ".join(e.label for e in record.longer)
    return lines([*kept, say(record, "longer only for: {grounds}", grounds=longer) if longer else ""])


def _entry(entry: Entry) -> str:
    return f"{entry.label}: {entry.text}"


def measures(record: Record, _: Activity) -> str:
    return lines(_entry(m) for m in record.measures) or not_stated(record)


def source(record: Record, act: Activity) -> str:
    if act.touchpoint is None:
        return say(record, "data already held")
    if act.source:
        return act.source
    seen = {d.kind for d in act.data} & {"observed", "derived", "recording"}
    given = {d.kind for d in act.data} - {"observed", "derived", "recording"}
    told = ["the person" if given else "", "observed or derived by our systems" if seen else ""]
    return lines(say(record, one) for one in told if one)


def automated(record: Record, act: Activity) -> str:
    decided = [
        f"{say(record, 'decided by machine alone')}: {p.label}; {p.automated}" for p in act.purposes if p.automated
    ]
    profiled = [f"{say(record, 'profiling')}: {p.label}" for p in act.purposes if p.profiling]
    return lines([*decided, *profiled]) or say(record, "none stated")


def rights(record: Record, _: Activity) -> str:
    return "; ".join(right.label for right in record.rights) or not_stated(record)


def consent_record(record: Record, act: Activity) -> str:
    asked = any(p.basis == "consent" for p in act.purposes)
    ledger = "the consent ledger: each consent with its notice version"
    return say(record, ledger if asked else "no consent relied on")


def location(record: Record, act: Activity) -> str:
    stored = [f"{s.label}: {s.text}" for s in record.storage]
    return lines(stored) or not_stated(record)


def assumptions(record: Record, act: Activity) -> str:
    """By name; the workbook's last sheet and the JSON say what was open and what was decided."""
    return "; ".join(act.assumptions)


def without(record: Record, act: Activity) -> str:
    required = {"statutory": "required by law", "contractual": "required by contract", "voluntary": "not required"}
    provision = say(record, required[act.provision]) if act.provision in required else ""
    return lines([provision, *act.without])


def name(record: Record, act: Activity) -> str:
    return f"{act.name}: {say(record, 'marketing')}" if act.marketing else act.name


def area(record: Record, act: Activity) -> str:
    return act.group if act.touchpoint else say(record, act.group)
