"""The parts around `dataDisclosed`: meta, controller, officer, rights, changes."""

import re
from datetime import date
from urllib.parse import urlsplit

from troth.exports.tilt import meanings
from troth.exports.tilt.draft import Draft
from troth.exports.tilt.names import slug
from troth.exports.tilt.source import Cursor
from troth.exports.tilt.yaml import Map, Raw

RIGHTS = (
    ("rightToInformation", "access", ("Access", "Auskunft")),
    ("accessAndDataPortability", "access", ("Access", "Auskunft")),
    ("rightToRectificationOrDeletion", "rectification", ("Rectification", "Berichtigung")),
    ("rightToRectificationOrDeletion", "erasure", ("Erasure", "Löschung")),
    ("rightToDataPortability", "portability", ("Portability", "Datenübertragbarkeit")),
    ("rightToWithdrawConsent", "withdraw-consent", ("Withdrawal of consent", "Widerruf der Einwilligung")),
    ("rightToComplain", "complaint", ("Complaint", "Beschwerde")),
)
"""Where TILT has a right, its kind, and its label in English and German."""


def heading(at: Cursor) -> Map:
    """name, title, effective, languages, published_source."""
    meta = at.get("meta")
    name = meta.get("name").text() or at.get("controller").get("name").text()
    made = Map()
    made.put("troth", Raw("1"))
    made.put("name", slug(name or "", 60) or "imported")
    if name:
        made.put("title", name)
    else:
        made.note("title: the document has no name")
    day = _day(meta.get("modified")) or _day(meta.get("created"))
    if day:
        made.put("effective", Raw(day), "the day the document was last changed: it does not say from when it applies")
    else:
        made.note("effective: the document has no day")
    language = _language(at)
    made.put("languages", [language] if language else None)
    return made


def _language(at: Cursor) -> str | None:
    """The document's language as a tag; `Deutsch` is none."""
    given = at.get("meta").get("language")
    said = (given.text() or "").lower()
    if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", said):
        return said
    if said:
        given.account.carried.discard(given.path)
        given.lose("not understood", "it is no language tag such as `de`")
    return None


def _day(at: Cursor) -> str | None:
    said = at.text() or ""
    try:
        return date.fromisoformat(said[:10]).isoformat()
    except ValueError:
        if said:
            at.account.carried.discard(at.path)
            at.lose("not understood", "it is no day")
        return None


def site(at: Cursor) -> Map | None:
    """The web site the document was published at."""
    url = at.get("meta").get("url").text()
    if not url:
        return None
    made = Map()
    made.put("label", _host(url) or url)
    made.put("url", url)
    language = _language(at)
    made.put("languages", [language] if language else None)
    return made


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def controller(draft: Draft, at: Cursor) -> Map:
    """The controller, its officer, representatives and authority."""
    given, officer = at.get("controller"), at.get("dataProtectionOfficer")
    made = Map()
    name = given.get("name").text()
    if name:
        made.put("name", name, *[given.get(k).noted("in a comment at the controller") for k in ("division", "sector")])
    else:
        made.note("name: the document does not name the controller (GDPR Art. 13(1)(a))")
        made.note(*[w for k in ("division", "sector") if (w := given.get(k).noted("in a comment at the controller"))])
    _required_country(made, given.get("country"))
    who = given.get("representative")
    contact = _contact(who, officer, at)
    if contact:
        made.put("contact", contact)
    else:
        made.note("contact: the document gives no address to write to (GDPR Art. 13(1)(a))")
    made.put("address", given.get("address").text(", "))
    told = _told(officer, ("name", "address", "country", "email", "phone"))
    made.put("dpo", told or None)
    represents = _told(who, ("name", "address", "phone"))
    made.put("representatives", [represents] if represents else None)
    authority = _authority(at.get("rightToComplain").get("supervisoryAuthority"))
    made.put("authorities", [authority] if authority else None)
    return made


def _told(at: Cursor, keys: tuple[str, ...]) -> str:
    """The texts of these keys on one line; of a text in place of the object, that text."""
    if not isinstance(at.value, dict):
        return at.text() or "" if isinstance(at.value, str) else ""
    return ", ".join(dict.fromkeys(word for key in keys if (word := at.get(key).text(", "))))


def _contact(representative: Cursor, officer: Cursor, at: Cursor) -> str | None:
    places = [representative.get("email"), officer.get("email"), *(at.get(key).get("email") for key, _, _ in RIGHTS)]
    places += [officer.get("phone"), representative.get("phone")]
    return next((said for place in places if place.there and (said := place.text())), None)


def _required_country(made: Map, at: Cursor) -> None:
    said = at.text()
    code = meanings.country(said) if said else None
    if code:
        made.put("country", code)
        return
    if said:
        at.account.carried.discard(at.path)
        at.lose("not understood", "it is no country")
    made.note("country: the document does not say in which country (two letters, such as DE)")


def _authority(at: Cursor) -> Map | None:
    if not at.there:
        return None
    made = Map()
    where = "in a comment at the authority"
    made.put("name", at.get("name").text())
    _required_country(made, at.get("country"))
    made.note(*[more for key in ("address", "email", "phone") if (more := at.get(key).noted(where))])
    return made


def rights(draft: Draft, at: Cursor) -> Map:
    """Rights the document grants; one it describes without saying so counts as granted."""
    made = Map()
    seen: dict[str, Map] = {}
    for key, kind, labels in RIGHTS:
        given = at.get(key)
        if not isinstance(given.value, dict) or not _granted(given):
            continue
        if kind in seen:
            _more(seen[kind], given)
            continue
        seen[kind] = _right(given, kind, labels[draft.german])
        made.put(kind, seen[kind])
    return made


def _granted(at: Cursor) -> bool:
    available = at.get("available").flag() if at.get("available").there else None
    if available is None:
        return at.get("description").there
    if not available:
        at.get("description").lose("no place for it", "the document says that there is no such right")
    return available


def _right(at: Cursor, kind: str, label: str) -> Map:
    made = Map()
    made.put("kind", kind)
    made.put("label", label)
    said = at.get("description").text()
    made.put("text", said or label, None if said else "the document says only that there is this right")
    limits = [word for word in (_evidence(at), _fee(at), _formats(at)) if word]
    made.put("limits", limits or None)
    how = [word for word in (at.get("email").text(), at.get("url").text()) if word]
    made.put("how", "; ".join(how) or None)
    return made


def _more(made: Map, at: Cursor) -> None:
    """A second part of the document about the same right: what it adds stands in a comment."""
    said = at.get("description").text()
    if said and said != made.get("text"):
        at.account.carried.discard(at.get("description").path)
        made.note(at.get("description").words("in a comment at the right") or "")
    for key in ("email", "url"):
        at.get(key).text()
    limits = [word for word in (_evidence(at), _fee(at), _formats(at)) if word]
    if limits and made.get("limits") is None:
        made.put("limits", limits)


def _evidence(at: Cursor) -> str | None:
    asked = [word for word in (one.text() for one in at.get("identificationEvidences").each()) if word]
    return f"proof of identity: {', '.join(asked)}" if asked else None


def _fee(at: Cursor) -> str | None:
    fee = at.get("administrativeFee")
    if not isinstance(fee.value, dict):
        return f"fee: {word}" if (word := fee.text()) else None
    told = [word for word in (fee.get("amount").text(), fee.get("currency").text()) if word]
    return f"fee: {' '.join(told)}" if told else None


def _formats(at: Cursor) -> str | None:
    given = (one.text() for key in ("dataFormats", "dataFormat") for one in at.get(key).each())
    formats = list(dict.fromkeys(word for word in given if word))
    return f"formats: {', '.join(formats)}" if formats else None


def told_in_words(draft: Draft, at: Cursor) -> None:
    """`changesOfPurpose` and `automatedDecisionMaking`: what a policy keeps in parts TILT does not fill."""
    for one in at.get("changesOfPurpose").objects():
        said = one.get("description").words("in `introduction`")
        if said:
            draft.introduction.append(said)
    decided = at.get("automatedDecisionMaking")
    in_use = decided.get("inUse").flag() if decided.get("inUse").there else None
    for key in ("logicInvolved", "scopeAndIntendedEffects"):
        said = decided.get(key).words("in `introduction`")
        if said:
            draft.introduction.append(said)
    if in_use:
        decided.account.carried.discard(decided.get("inUse").path)
        draft.decided_by_machine = True
        decided.get("inUse").lose(
            "kept as words", "it does not say which purpose decides by machine: a comment at `purposes` tells of it"
        )
