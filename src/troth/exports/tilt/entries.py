"""`dataDisclosed` → touchpoints and rows, with the data, purposes and recipients they name."""

import re

from troth.exports.tilt import meanings
from troth.exports.tilt.draft import Draft, Place
from troth.exports.tilt.names import slug
from troth.exports.tilt.recipients import recipients
from troth.exports.tilt.source import Cursor, sentences
from troth.exports.tilt.storage import storage
from troth.exports.tilt.yaml import Map

GROUP = "imported"
_CIRCUMSTANCE = re.compile(r"(?:when|whenever|if|while|wenn|falls|sobald|bei|beim)\b", re.IGNORECASE)
_MARKETING = "dpv:DirectMarketing"


def entry(draft: Draft, at: Cursor) -> None:
    """Adds the row of an entry of `dataDisclosed`; nothing for one that says nothing."""
    if not at.there:
        return
    category = at.get("category").text()
    labels = _labels(at, category)
    uses, title = _purposes(draft, at.get("purposes"))
    place = _touchpoint(draft, title or category or _title_of(draft, uses), [category or "", *labels])
    row = Map()
    row.put("id", "main" if not place.rows else f"row-{len(place.rows) + 1}")
    _items(draft, row, labels)
    _bases(draft, at, row, uses)
    recipients(draft, at.get("recipients"), row)
    storage(draft, at.get("storage"), row)
    _without(draft, at.get("nonDisclosure"), row)
    place.rows.append(row)
    place.categories.append(category or "")
    place.labels += labels


def _labels(at: Cursor, category: str | None) -> list[str]:
    """The categories of data: the finer ones where a document has them."""
    finer = [label for label in (one.text() for one in at.get("subcategories").each()) if label]
    return list(dict.fromkeys(finer)) or ([category] if category else [])


def _title_of(draft: Draft, uses: list[str]) -> str:
    label = draft.purposes[uses[0]].get("label") if uses else None
    return label if isinstance(label, str) else f"Data {len(draft.touchpoints) + 1}"


def _touchpoint(draft: Draft, title: str, words: list[str]) -> Place:
    tid, new = draft.name("touchpoints", title)
    if new:
        made = Map()
        made.put("title", title)
        made.put("group", GROUP)
        made.put("sites", ["website"] if draft.has_site else None)
        made.put("channels", [meanings.channel(" ".join(words))])
        made.put("assumption", draft.assume("tilt-channel"))
        draft.touchpoints[tid] = Place(made, [], [], [])
    return draft.touchpoints[tid]


def _items(draft: Draft, row: Map, labels: list[str]) -> None:
    ids = []
    for label in labels:
        iid, new = draft.name("data", label)
        if new:
            item = Map()
            item.put("label", label)
            term = meanings.data_term(label)
            mail = term == "pd:EmailAddress" and len(label) <= 40
            item.put("dpv", term)
            item.put("special", True if meanings.special(term) else None)
            item.put("format", "email" if mail else None)
            item.put("identifies", "email" if mail else None)
            item.put("assumption", draft.assume("tilt-terms"))
            draft.data[iid] = item
        ids.append(iid)
    if ids:
        row.put("items", list(dict.fromkeys(ids)))
    else:
        row.note("items: the document names no category of data here")


def _purposes(draft: Draft, at: Cursor) -> tuple[list[str], str | None]:
    """The purposes' ids; and the circumstance, where all of them are described by the same one."""
    given = [one for one in at.objects() if one.there]
    circumstance = _shared([one.get("description") for one in given])
    if circumstance:
        for one in given:
            one.get("description").text()
    uses = [uid for one in given if (uid := _purpose(draft, one, described=circumstance is None))]
    return list(dict.fromkeys(uses)), circumstance


def _shared(descriptions: list[Cursor]) -> str | None:
    """A description that stands at every purpose and tells when, not what: it is the touchpoint's title."""
    said = {one.value for one in descriptions if isinstance(one.value, str)}
    if len(said) != 1 or len([one for one in descriptions if one.value]) != len(descriptions):
        return None
    only = said.pop()
    return descriptions[0].text() if len(only) <= 200 and _CIRCUMSTANCE.match(only.strip()) else None


def _purpose(draft: Draft, at: Cursor, *, described: bool) -> str | None:
    label = at.get("purpose").text()
    more = None
    if described:
        more = at.get("description").words("in a comment at the purpose") if label else at.get("description").text()
    if not label and not more:
        return None
    pid, new = draft.name("purposes", label or more or "")
    if new:
        term = meanings.purpose_term(label or more or "")
        made = Map()
        made.put("label", label or more, more if label else None)
        made.put("dpv", term)
        made.put("marketing", True if term == _MARKETING else None)
        made.put("assumption", draft.assume("tilt-terms"))
        draft.purposes[pid] = made
    elif label and more:
        known = draft.purposes[pid]
        if all(more not in notes for _, _, notes in known.entries):
            known.note(more)
    return pid


def _bases(draft: Draft, at: Cursor, row: Map, uses: list[str]) -> None:
    """Bases of the row, what each purpose relies on, and the interest in words."""
    found: dict[str, str] = {}
    told: list[str] = []
    for one in at.get("legalBases").objects():
        _basis(one, found, told)
    interest = _interest(at.get("legitimateInterests"), found)
    if uses:
        row.put("purposes", [_relies(draft, use, found) for use in uses])
    else:
        row.note("purposes: the document names none here (GDPR Art. 13(1)(c))")
    if found:
        row.put("bases", list(found), *dict.fromkeys(told))
    else:
        row.note(*dict.fromkeys(told), "bases: the document names none here (GDPR Art. 13(1)(c))")
    row.put("interest", interest)


def _basis(one: Cursor, found: dict[str, str], told: list[str]) -> None:
    reference, description = one.get("reference"), one.get("description")
    cited, words = reference.text(), description.words("in a comment at `bases`")
    known = meanings.bases(cited, words)
    found |= {basis: f"{found.get(basis, '')} {words or ''}" for basis in known}
    told += [words] if words else []
    if cited and not known:
        reference.account.carried.discard(reference.path)
        reference.lose("not understood", "it names no legal basis that is known")
        told.append(cited)


def _interest(at: Cursor, found: dict[str, str]) -> str | None:
    reasons: list[str] = []
    for one in at.objects():
        reason = one.get("reasoning").text()
        exists = one.get("exists").flag() if one.get("exists").there else None
        if reason:
            reasons.append(reason)
        if exists or (reason and exists is not False):
            found.setdefault("legitimate interest", "")
    return sentences(reasons) or None


def _relies(draft: Draft, use: str, found: dict[str, str]) -> Map:
    made = Map()
    made.put("purpose", use)
    label = str(draft.purposes[use].get("label") or "").lower()
    named = [basis for basis, words in found.items() if label and label in words.lower()]
    if found:
        made.put("relies_on", named[0] if named else meanings.likely(label, list(found)))
        made.put("assumption", draft.assume("tilt-basis") if len(found) > 1 and len(named) != 1 else None)
    return made


def _without(draft: Draft, at: Cursor, row: Map) -> None:
    duties = {key: at.get(key).flag() if at.get(key).there else None for key in _DUTIES}
    by_law, by_contract, must = duties.values()
    said = at.get("consequences").text()
    free = "Sie müssen diese Daten nicht angeben" if draft.german else "You need not give this data"
    if said or must is False:
        row.put("without", said or free)
    else:
        row.note("without: the document does not say what happens if the data is not given (GDPR Art. 13(2)(e))")
    provision = "statutory" if by_law else "contractual" if by_contract else "voluntary" if must is False else None
    row.put("provision", provision)


_DUTIES = ("legalRequirement", "contractualRegulation", "obligationToProvide")


def sources(draft: Draft, at: Cursor) -> None:
    """`sources` → the `source` of the touchpoints whose data they speak of."""
    for one in at.objects():
        if not one.there:
            continue
        category = one.get("dataCategory").text()
        told = [word for word in (_source(source) for source in one.get("sources").objects()) if word]
        place = _of(draft, category)
        if place is None or not told:
            draft.unplaced.append(f"source of {category or 'the data'}: {sentences(told) or 'not said'}")
            _uncarry(one)
            one.lose("kept as words", "no data is disclosed under that name: it stands in a comment at `touchpoints`")
        else:
            place.made.put("source", sentences(told))


def _source(at: Cursor) -> str | None:
    public = at.get("publiclyAvailable").flag() if at.get("publiclyAvailable").there else None
    said = [at.get("description").text(), at.get("url").text(), "publicly available" if public else None]
    return ", ".join(word for word in said if word) or None


def _of(draft: Draft, category: str | None) -> Place | None:
    """The only touchpoint a category speaks of; none where several could be meant."""
    if not category:
        return None
    wanted = slug(category, 400)
    found = [place for place in draft.touchpoints.values() if wanted in _called(place)]
    return found[0] if len(found) == 1 and found[0].made.get("source") is None else None


def _called(place: Place) -> set[str]:
    """The names under which a document may speak of a touchpoint's data: that of an entry, or all it takes in."""
    everything = ", ".join(dict.fromkeys(place.labels))
    return {slug(name, 400) for name in (everything, *place.categories) if name}


def _uncarry(at: Cursor) -> None:
    at.account.carried -= {path for path in at.account.carried if path.startswith(at.path)}
