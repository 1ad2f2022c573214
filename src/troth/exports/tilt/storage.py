"""`storage` of an entry → a retention rule, and exceptions that keep data longer."""

from troth.exports.tilt import meanings
from troth.exports.tilt.draft import Draft
from troth.exports.tilt.source import Cursor, sentences
from troth.exports.tilt.yaml import Map
from troth.policy.periods import days


def storage(draft: Draft, at: Cursor, row: Map) -> None:
    """The row's `retention`: one rule, since TILT tells of a category of data as a whole.

    A condition without a length is *until unneeded*. Where both stand, the shorter or the longer runs, as the document
    aggregates (the longer, if it does not say).
    """
    fixed: list[tuple[str, str]] = []
    until: list[str] = []
    shortest = False
    for one in at.objects():
        shortest = shortest or str(one.get("aggregationFunction").text()).lower() == "min"
        fixed += _fixed(one.get("temporal"), until)
        until += [said for said in (part.text() for part in one.get("purposeConditional").each()) if said]
        _longer(draft, one.get("legalBasisConditional"))
    rule = _rule(draft, fixed, until, shortest=shortest)
    if rule:
        row.put("retention", [rule])
    else:
        row.note("retention: the document does not say how long (GDPR Art. 13(2)(a))")


def _fixed(at: Cursor, until: list[str]) -> list[tuple[str, str]]:
    """Periods with their words; words without a period go to `until`."""
    found = []
    for one in at.each():
        said = one.get("description").text() if isinstance(one.value, dict) else one.text()
        length = one.get("ttl").text() if isinstance(one.value, dict) else None
        period = meanings.period(length or "") or (meanings.period(said or "") if said else None)
        if length and not meanings.period(length):
            one.account.carried.discard(one.get("ttl").path)
            one.get("ttl").lose("not understood", "it is no length of time such as P60D")
        if period:
            found.append((period, said or ""))
        elif said:
            until.append(said)
    return found


def _rule(draft: Draft, fixed: list[tuple[str, str]], until: list[str], *, shortest: bool) -> str | None:
    if not fixed and not until:
        return None
    label = sentences([words for _, words in fixed] + until)
    made = Map()
    if fixed and (shortest or not until):
        period = (min if shortest else max)((p for p, _ in fixed), key=days)
        label = label or period
        made.put("label", label)
        made.put("period", period)
        made.put("after", "recorded")
        made.put("assumption", draft.assume("tilt-start"))
    else:
        period = "until"
        made.put("label", label)
        made.put("until", "unneeded")
        made.put("review", "P1Y")
        made.put("review_after", "last contact")
        made.put("assumption", draft.assume("tilt-review"))
    rid, new = draft.name("retention", f"{label} {period}")
    if new:
        draft.retention[rid] = made
    return rid


def _longer(draft: Draft, at: Cursor) -> None:
    for one in at.each():
        said = one.text()
        if not said:
            continue
        known = meanings.bases(None, said)
        eid, new = draft.name("longer", said)
        if new:
            made = Map()
            made.put("label", said)
            made.put("text", said)
            made.put("basis", known[0] if known else "legal obligation")
            made.put("assumption", None if known else draft.assume("tilt-longer"))
            draft.longer[eid] = made
