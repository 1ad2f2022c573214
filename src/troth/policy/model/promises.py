"""The promises around the table: sharing, transfers, rights, children, signals, changes, clauses."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool

from troth.policy.model.base import Assumable, Basis, Country, Id, Part, Period, Text, Texts

RightKind = Literal[
    "access",
    "rectification",
    "erasure",
    "restriction",
    "objection",
    "portability",
    "object-to-profiling",
    "withdraw-consent",
    "transfer-information",
    "complaint",
    "account-deletion",
    "cal-1798-83",
    "cal-22581",
]


def _ranges(value: object) -> object:
    """`[5, "811-814"]` → (5, 811, 812, 813, 814)."""
    if not isinstance(value, (list, tuple)):
        value = [value]
    lines: list[object] = []
    for part in value:
        first, dash, last = str(part).partition("-")
        if dash and first.isdigit() and last.isdigit():
            lines.extend(range(int(first), int(last) + 1))
        else:
            lines.append(part)
    return tuple(lines)


Lines = Annotated[tuple[int, ...], BeforeValidator(_ranges)]
"""Source lines of the published text; the files write single lines and ranges such as `"811-814"`."""


class Assumption(Part):
    """What the published text leaves open or contradicts, and what the operator decided.

    `lines`: source lines of the published text.
    """

    open: Text = Field(description="what the text leaves open or contradicts")
    decided: Text = Field(description="what runs, in words")
    lines: Lines = ()


class SharingGround(Assumable):
    """A ground on which data may go to someone beside a row's recipients."""

    label: Text
    text: Text
    to: Texts
    bases: tuple[Basis, ...]


class Storage(Assumable):
    """Where data is kept: which recipient hosts it, in which countries or regions."""

    recipient: Id
    places: Texts
    countries: tuple[Country, ...] = ()


class TransferTerm(Assumable):
    """A promise about transfers (internal, external, DPF)."""

    label: Text
    text: Text
    mechanisms: tuple[Literal["adequacy", "scc", "bcr", "intra-group", "eu-us-dpf", "swiss-us-dpf"], ...]
    since: date | None = None
    assessment_review: Period | None = None


class Transfers(Part):
    terms: dict[Id, TransferTerm]
    principles_prevail: StrictBool = Field(
        default=False, description="the DPF Principles govern where the policy conflicts with them"
    )
    url: Text | None = None


class Right(Assumable):
    """A right people have, in our words, with its limits as the text states them."""

    kind: RightKind
    label: Text
    text: Text
    limits: tuple[Text, ...] = ()
    applies_to: Text = "everyone"
    how: Text | None = None
    direct_marketing: StrictBool = Field(
        default=False,
        description="the text says that people may object to direct marketing at any time (GDPR Art. 21(2)-(4))",
    )


class Children(Assumable):
    minimum_age: int
    guardian: Text
    text: Text
    verified_by: Text | None = Field(
        default=None, description="how it is made sure that a parent consented for a child (GDPR Art. 8(2))"
    )


class Signals(Assumable):
    """Browser signals: what the policy does with Global Privacy Control and Do Not Track."""

    gpc: Literal["honour", "honour where the law requires", "ignore"]
    dnt: Literal["honour", "ignore"]
    text: Text
    others: Text | None = Field(
        default=None,
        description="whether other parties may follow people over time and across sites (Cal. B&P 22575(b)(6))",
    )


class Changes(Assumable):
    """What counts as a significant change, and how people are told of it."""

    significant: Text
    told_by: Texts
    text: Text
    ahead: Period | None = Field(
        default=None,
        description="people are told of a significant change at least so long before it takes effect, as `P30D`",
    )


class Anonymous(Assumable):
    """What may be released as anonymous, and the smallest group that counts as such."""

    text: Text
    uses: Texts
    threshold: int


class Measure(Assumable):
    """A security measure promised."""

    label: Text
    text: Text


class Never(Assumable):
    """A negative promise: gated and verified like the others.

    `purposes`, `items`, `recipients` say what the gate refuses; each empty list means any. A promise that no gate can
    decide (all three empty) is watched by verification only.
    """

    label: Text
    text: Text
    purposes: tuple[Id, ...] = ()
    items: tuple[Id, ...] = ()
    recipients: tuple[Id, ...] = ()


class ThirdPartyService(Assumable):
    """Services of others that people meet on our pages, and opt-outs."""

    label: Text
    text: Text
    urls: tuple[Text, ...] = ()


def _none_yet(value: object) -> object:
    return () if value == "not yet" else (value,) if isinstance(value, str) else value


NotYet = Annotated[tuple[Id, ...], BeforeValidator(_none_yet)]
"""Names of mechanisms or checks; the files write `not yet` for none."""


class Clause(Assumable):
    """A promise of the published text: its lines there, what executes it, which check watches it."""

    id: Id
    lines: Lines = Field(min_length=1)
    promise: Text
    executed_by: NotYet
    checked_by: NotYet
    note: Text | None = None


class AcceptedGap(Part):
    """A finding someone accepts: shown and counted until its review day."""

    code: Annotated[str, Field(pattern=r"^T-\d{4}$")]
    where: Text = Field(description="the place the finding names, `touchpoints.browse-website`; `*` as wildcard")
    reason: Text
    owner: Text
    review: date
