"""The page of the formats that `troth export` writes and `troth import` reads."""

import dataclasses
import re
from typing import Any

from troth.exports.dpv import terms
from troth.exports.record import values
from troth.exports.record.columns import columns

INTRO = """\
# Exports

`troth export` writes a policy in the formats of others; [commands](commands.md) has the options. All are made from the
policy alone: the same policy and day give the same bytes.

| command | writes |
|---|---|
| `troth export record` | the record of processing activities (GDPR Art. 30): CSV, XLSX, JSON |
| `troth export dpv` | JSON-LD in the terms of the W3C Data Privacy Vocabulary (DPV) 2.3 |
| `troth export tilt` | a TILT document (Transparency Information Language) |
| `troth export facts` | the policy as plain facts, in its own words |
"""
RECORD = """\
## The record of processing

An activity is a row of a touchpoint, or a further purpose that data already held may serve. `--form controller` holds
the touchpoints in the role of controller, `--form processor` those in the role of processor.

What the policy does not say is *not stated* in the tables and listed in `open` of the JSON and on the cover of the
workbook. A recipient the published text does not name is marked as assumed. Customers on whose behalf data is processed
are not in a policy: the processor's record says so.

CSV is RFC 4180 in UTF-8 with a byte order mark. A cell that a spreadsheet would compute (it begins with `=`, `+`, `-`,
`@`, a tab) gets an apostrophe before it; cells of a workbook are texts and need none. A list in a cell has a line for
each entry.

### Columns

`art30` follows the letters of Art. 30. `cnil` and `ico` have the headings of the two authorities' public templates, so
that rows can be pasted into them; the ICO's columns a policy cannot know (impact assessments) stay empty.
"""
JSON = """\
### JSON

One object: `format` is `troth-record-of-processing`, `version` is 1, the rest are the fields of *Record*. Days are
`YYYY-MM-DD`; what is not there is `null` or an empty list.
"""
DPV = """\
## DPV

`#handling` is a `dpv:PersonalDataHandling` with a `dpv:PersonalDataProcess` for each row of each touchpoint
(`#activity/TOUCHPOINT/ROW`), each further purpose (`#further/PURPOSE`) and each sharing ground (`#sharing/GROUND`).
Within a row, each purpose is a `dpv:Process` of its own with its one legal basis. Recipients, data, purposes, rights,
retention rules and the rest are nodes below the document's address, named by their ids in the policy
(`#recipient/salesforce`): a name stays the same as long as the id does. A running site names them below its address
`/notice.jsonld`, whichever version and language is asked for; `#notice` says which it is (`dct:valid`, `troth:digest`,
`dct:language`).

The context stands in the document; nothing is fetched to read it. Countries are `loc:` terms (ISO 3166-1). A purpose
or data item whose `dpv` is no term of DPV 2.3 is a `dpv:Purpose` or `dpv:PersonalData` with `troth:statedTerm`.

What DPV has no term for is in a namespace of our own, `troth:` = `urn:troth:terms:`:
"""
TILT = """\
## TILT

Out: one entry of `dataDisclosed` for each row and time limit. `purposes[].purpose` is the label, `description` the
touchpoint's title; the description of a legal basis names the purposes that rely on it. A recipient in several
countries stands once for each. `_id`s are the same for the same policy, the days in `meta` are its effective date, and
`meta._hash` is the SHA-256 of the canonical JSON (RFC 8785) of the document without that field (our choice: TILT does
not say how the document is written for it). What the policy does not say is an empty text, or `null` where TILT wants
a yes, a no or a number. What TILT has no place for is named on standard error.

In: `troth import tilt FILE OUT` writes a policy folder.

| in TILT | in the policy |
|---|---|
| `meta` | `name`, `title`, `languages`, a site; `effective` from `modified`, else `created` |
| `controller`, `dataProtectionOfficer` | `controller`; sector and division in comments |
| an entry of `dataDisclosed` | a row; entries whose purposes tell the same circumstance share a touchpoint |
| `category`, `subcategories` | data items |
| `purposes[]` | `purposes`; a description beside a purpose in a comment at it |
| `legalBases[]` | `bases`, by article (`GDPR-6-1-f`, `Art. 6 Abs. 1 lit. f`), else by words |
| `legitimateInterests` | `interest` |
| `recipients[]` | `recipients`; *none* is an empty list, nothing at all is *not stated* |
| `storage[]` | one rule: a period in ISO 8601 or in words, or *until unneeded* where only a condition is given |
| `legalBasisConditional` | `retention_exceptions` |
| `nonDisclosure` | `without`, `provision` |
| `thirdCountryTransfers[]` | `transfers`, and the mechanisms of recipients in that country |
| the rights | `rights`, where `available` is true or a description is there |
| `sources[]` | `source` of the touchpoint whose data it names |
| `changesOfPurpose`, `automatedDecisionMaking` | `introduction`, as words; `inUse` in a comment at `purposes` |

Each value is carried over, kept as words (a comment, or the introduction), or reported with its path and why:
*no place for it*, *wrong type*, *not understood*. `_id`, `_hash`, `created`, `version` and `status` are not counted.
Exit code 0: all content came over; 1: the policy is written and some content is missing; 3: the file cannot be read or
is no TILT document, nothing is written.
"""


def _headings() -> str:
    rows = []
    for form in ("controller", "processor"):
        for which in ("art30", "cnil", "ico"):
            named = " · ".join(column.heading for column in columns(form, which))  # type: ignore[arg-type]
            rows.append(f"| `{which}` | {form} | {named} |")
    return "\n".join(["| set | form | headings |", "|---|---|---|", *rows])


def _fields() -> str:
    parts = []
    for name in ("Record", "Responsible", "Activity", "PurposeUse", "DataUse", "PartyUse", "TransferUse", "Keeping"):
        parts.append(_model(getattr(values, name)))
    return "\n\n".join([*parts, *(_model(getattr(values, name)) for name in ("Entry", "Decided", "Open"))])


def _model(model: Any) -> str:
    says = " ".join((model.__doc__ or "").split())
    rows = [f"| `{field.name}` | {_type(field.type)} |" for field in dataclasses.fields(model)]
    return "\n".join([f"**{model.__name__}.** {says}", "", "| field | type |", "|---|---|", *rows])


def _type(said: Any) -> str:
    """A type in words: `tuple[str, ...]` is a list of texts."""
    text = said if isinstance(said, str) else getattr(said, "__name__", "") if isinstance(said, type) else str(said)
    text = re.sub(r"(?:troth[\w.]*|datetime|typing)\.", "", text)
    text = re.sub(r"tuple\[(\w+), \.\.\.\]", r"list of \1", text)
    names = {"str": "text", "bool": "true or false", "date": "day", "None": "null"}
    text = re.sub(r"\b(str|bool|date|None)\b", lambda found: names[found[0]], text)
    return text.replace(" | ", " or ").replace("Literal['controller', 'processor']", "`controller` or `processor`")


def page() -> str:
    own = "\n".join(["| term | means |", "|---|---|", *(f"| `{name}` | {says} |" for name, says in terms.OWN.items())])
    return "\n\n".join(part.strip() for part in (INTRO, RECORD, _headings(), JSON, _fields(), DPV, own, TILT))
