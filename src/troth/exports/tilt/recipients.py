"""`recipients` of an entry, and `thirdCountryTransfers` with what makes them lawful."""

import re

from troth.exports.tilt import meanings
from troth.exports.tilt.draft import Draft
from troth.exports.tilt.source import Cursor, sentences
from troth.exports.tilt.yaml import Map
from troth.law.adequacy import EEA
from troth.policy.languages import words

_NONE = frozenset({"none", "keine", "keiner", "niemand", "-"})
_ROLE = re.compile(r"(processor|joint controller|controller)(?:: (.*))?", re.IGNORECASE)


def recipients(draft: Draft, at: Cursor, row: Map) -> None:
    """The row's `recipients`. None named: left out, which means *not stated*; a named *none* is an empty list."""
    given = [one for one in at.objects() if one.there]
    ids = [rid for one in given if (rid := _recipient(draft, one))]
    if ids:
        row.put("recipients", list(dict.fromkeys(ids)))
    elif given:
        row.put("recipients", [])
    else:
        row.note("recipients: the document names none here; left out, the policy says that it is not stated")


def _recipient(draft: Draft, at: Cursor) -> str | None:
    name, category = at.get("name").text(), at.get("category").text()
    if (name or category or "").lower() in _NONE and not (name and category and category.lower() not in _NONE):
        _rest(at)
        return None
    label = name or category
    more = _rest(at)
    if label is None:
        return None
    rid, new = draft.name("recipients", label)
    if new:
        draft.recipients[rid] = _new(draft, label, category if name or _ROLE.fullmatch(label) else None, more)
    _country(draft.recipients[rid], at.get("country"))
    return rid


def _new(draft: Draft, label: str, category: str | None, more: list[str]) -> Map:
    made = Map()
    made.put("name", label, *more)
    stated = _ROLE.fullmatch(category or "")
    role, does = (stated[1].lower(), stated[2]) if stated else (None, category)
    made.put("role", role)
    if does:
        made.put("does", [does])
    else:
        made.put("does", [], "the document does not say what it does")
    made.put("countries", [])
    made.put("assumption", None if role else draft.assume("tilt-role"))
    return made


def _rest(at: Cursor) -> list[str]:
    """What a recipient has no key for in a policy."""
    kept = [at.get(key).noted("in a comment at the recipient") for key in ("division", "address")]
    who = at.get("representative")
    if isinstance(who.value, dict):
        kept += [who.get(key).noted("in a comment at the recipient") for key in ("name", "email", "phone", "address")]
    else:
        kept.append(who.noted("in a comment at the recipient"))
    return [word for word in kept if word]


def _country(made: Map, at: Cursor) -> None:
    said = at.text()
    if not said:
        return
    code = meanings.country(said)
    if code is None:
        at.account.carried.discard(at.path)
        at.lose("not understood", "it is no country")
        return
    known = made.get("countries")
    if isinstance(known, list) and code not in known:
        known.append(code)


def transfers(draft: Draft, at: Cursor) -> Map | None:
    """Terms for `transfers`; recipients in a country get the mechanisms named for it."""
    terms: dict[str, Map] = {}
    for one in at.objects():
        if one.there:
            _transfer(draft, one, terms)
    if not terms:
        return None
    made, section = Map(), Map()
    for tid, term in terms.items():
        section.put(tid, term)
    made.put("terms", section)
    return made


_GROUNDS = (
    ("adequacyDecision", "adequacy"),
    ("standardDataProtectionClause", "scc"),
    ("appropriateGuarantees", None),
    ("presenceOfEnforceableRightsAndEffectiveRemedies", None),
)


def _transfer(draft: Draft, at: Cursor, terms: dict[str, Map]) -> None:
    said = at.get("country").text()
    code = meanings.country(said) if said else None
    kinds, told = [], []
    for key, kind in _GROUNDS:
        there, more = _ground(at.get(key))
        kinds += [kind] if kind and there else []
        told += [more] if more else []
    if said and code is None:
        at.account.carried.discard(at.get("country").path)
        at.get("country").lose("kept as words", "it is no country: it stands in the text of the term")
    if not said and not told and not kinds:
        return
    tid = draft.free("transfers", f"to-{code.lower()}" if code else "abroad")
    to = "Übermittlung: " if draft.german else "Transfer: "
    where = words("de" if draft.german else "en").country(code) if code else said or "?"
    term = Map()
    term.put("label", f"{to}{where}")
    text = sentences(told) or f"{to}{where}."
    term.put("text", text, None if told else "the document says no more")
    term.put(
        "mechanisms", list(dict.fromkeys(kinds)), None if kinds else "the document names no mechanism (GDPR Art. 46)"
    )
    terms[tid] = term
    if code and code not in EEA:
        _mechanisms(draft, code, kinds)


def _ground(at: Cursor) -> tuple[bool, str | None]:
    if not isinstance(at.value, dict):
        words = at.words("in the text of the term") if at.value not in (True, False) else None
        return (at.flag() is True if isinstance(at.value, bool) else bool(words)), words
    there = at.get("available").flag() if at.get("available").there else None
    return there is True, at.get("description").text()


def _mechanisms(draft: Draft, code: str, kinds: list[str]) -> None:
    for recipient in draft.recipients.values():
        countries = recipient.get("countries")
        if kinds and isinstance(countries, list) and code in countries and recipient.get("mechanisms") is None:
            recipient.put("mechanisms", [_mechanism(code, kind) for kind in dict.fromkeys(kinds)])


def _mechanism(code: str, kind: str) -> Map:
    made = Map()
    made.put("country", code)
    made.put("kind", kind)
    return made
