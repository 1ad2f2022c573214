"""A TILT document → the files of a policy, and an account of what could not be carried over."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from troth.exports.tilt import entries, parts
from troth.exports.tilt.draft import ASSUMED, Draft
from troth.exports.tilt.recipients import transfers
from troth.exports.tilt.source import Account, Cursor, Json, Lost, leaves
from troth.exports.tilt.yaml import Map, text

MAX_SIZE = 16 * 1024 * 1024
"""Bytes; far above any real document."""

KNOWN = frozenset({"meta", "controller", "dataProtectionOfficer", "dataDisclosed", "thirdCountryTransfers"})
BOOKKEEPING = ("_id", "_hash", "created", "version", "status")
"""Keys of the document about itself, not about the processing: they are not counted."""

HEAD = "Imported from a TILT document. What it does not say is missing here too: `troth check` names it."


class NotTilt(Exception):
    """The bytes are no TILT document; says why."""


@dataclass(frozen=True, slots=True)
class Imported:
    """`files`: name → text of the policy folder. `lost`: what did not come over as it was, in document order.

    `carried` of `total` values stand in the files; of these `worded` only as words: in a comment or the introduction.
    """

    files: Mapping[str, str]
    lost: tuple[Lost, ...]
    carried: int
    worded: int
    total: int

    @property
    def whole(self) -> bool:
        """True if all content came over, if need be as words."""
        return not any(lost.counts for lost in self.lost)


def read(raw: bytes) -> Imported:
    """Carries over what is there. Raises NotTilt if the bytes are not JSON or have no part of a TILT document."""
    document, guessed = _document(raw)
    account = Account()
    at = Cursor(document, "$", account)
    files = _files(_draft(at), at)
    if guessed:
        account.lose("$", "not understood", "the file is not UTF-8: some letters may have come over wrong")
    return _accounted(document, account, files)


def _document(raw: bytes) -> tuple[dict[str, Json], bool]:
    if len(raw) > MAX_SIZE:
        raise NotTilt(f"it is larger than {MAX_SIZE // 1024**2} MiB")
    try:
        said, guessed = raw.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        said, guessed = raw.decode("cp1252", "replace"), True
    try:
        document = json.loads(said)
    except RecursionError:
        raise NotTilt("it is nested too deep") from None
    except ValueError as error:
        line = f", line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise NotTilt(f"it is not JSON{line}") from None
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict) or not KNOWN & set(document):
        raise NotTilt(f"it has none of the parts of a TILT document ({', '.join(sorted(KNOWN))})")
    return document, guessed


def _draft(at: Cursor) -> Draft:
    german = str(at.get("meta").get("language").value).lower().startswith("de")
    draft = Draft(at.account, german, has_site=parts.site(at) is not None)
    for one in at.get("dataDisclosed").objects():
        entries.entry(draft, one)
    entries.sources(draft, at.get("sources"))
    parts.told_in_words(draft, at)
    return draft


def _files(draft: Draft, at: Cursor) -> dict[str, str]:
    top = parts.heading(at)
    top.put("introduction", list(dict.fromkeys(draft.introduction)) or None)
    top.put("controller", parts.controller(draft, at))
    sites, site = Map(), parts.site(at)
    sites.put("website", site)
    top.put("sites", sites)
    groups = Map()
    groups.put(entries.GROUP, "Daten, die wir verarbeiten" if draft.german else "Data we process")
    top.put("groups", groups)
    terms = transfers(draft, at.get("thirdCountryTransfers"))
    tops = {"policy.yaml": top, "data.yaml": _section("data", draft.data)}
    tops["purposes.yaml"] = _section("purposes", draft.purposes, _DECIDES if draft.decided_by_machine else None)
    tops["recipients.yaml"] = _section("recipients", draft.recipients)
    tops["retention.yaml"] = _section("retention", draft.retention)
    if draft.longer:
        tops["retention.yaml"].put("retention_exceptions", _all(draft.longer))
    tops["touchpoints.yaml"] = _touchpoints(draft)
    rights = parts.rights(draft, at)
    optional = {
        "rights.yaml": ("rights", rights),
        "transfers.yaml": ("transfers", terms),
        "assumptions.yaml": _assumed(draft),
    }
    for name, (key, section) in optional.items():
        if section:
            tops[name] = Map()
            tops[name].put(key, section)
    return {name: text(made, HEAD) for name, made in tops.items()}


def _all(entries_of: Mapping[str, Map]) -> Map:
    made = Map()
    for key, one in entries_of.items():
        made.put(key, one)
    return made


_DECIDES = (
    "The document says that decisions are made by machine, not for which purpose: give that purpose `automated`, with"
    " the logic and the consequences (GDPR Art. 13(2)(f))."
)


def _section(name: str, entries_of: Mapping[str, Map], *notes: str | None) -> Map:
    made = Map()
    made.put(name, _all(entries_of), None if entries_of else "the document names none", *notes)
    return made


def _touchpoints(draft: Draft) -> Map:
    section = Map()
    for tid, place in draft.touchpoints.items():
        place.made.put("rows", place.rows)
        section.put(tid, place.made)
    made = Map()
    none = None if draft.touchpoints else "the document names no data that is processed"
    made.put("touchpoints", section, none, *draft.unplaced)
    return made


def _assumed(draft: Draft) -> tuple[str, Map]:
    section = Map()
    for name, (left_open, decided) in ASSUMED.items():
        if name in draft.assumed:
            made = Map()
            made.put("open", left_open)
            made.put("decided", decided)
            section.put(name, made)
    return "assumptions", section


def _accounted(document: Json, account: Account, files: Mapping[str, str]) -> Imported:
    """Whatever nobody read is lost too."""
    paths = [path for path in leaves(document) if path.rpartition(".")[2] not in BOOKKEEPING]
    for path in paths:
        if path not in account.carried:
            account.lose(path, "no place for it", "a policy has no key for it")
    order = {path: i for i, path in enumerate(paths)}
    lost = sorted(
        (one for p, one in account.lost.items() if p in order or p == "$"), key=lambda one: order.get(one.path, -1)
    )
    missing = sum(one.counts for one in lost if one.path in order)
    worded = sum(not one.counts for one in lost)
    return Imported(files, tuple(lost), len(order) - missing, worded, len(order))
