"""What and why: data items, purposes, retention rules, cookies."""

from datetime import date
from typing import Literal

from pydantic import Field, StrictBool, model_validator

from troth.policy.model.base import Assumable, Basis, Id, Part, Period, Text

Kind = Literal["given", "observed", "derived", "free text", "file", "secret", "recording"]
Format = Literal["text", "long text", "email", "phone", "url", "country", "file", "password", "list", "none"]


class Item(Assumable):
    """A thing that may be known about a person."""

    label: Text
    dpv: Text = Field(description="a term of the W3C Data Privacy Vocabulary, such as `pd:EmailAddress`")
    kind: Kind = "given"
    format: Format = "text"
    identifies: Literal["email", "phone", "account", "device"] | None = Field(
        default=None, description="the identifier a person is found by, where the item is one"
    )
    special: StrictBool = Field(default=False, description="special category (GDPR Art. 9)")
    hint: Text | None = None


class AutomatedDecision(Part):
    """A decision made by a machine alone that has legal or similar effects (GDPR Art. 22)."""

    logic: Text = Field(description="what the decision is made from, and how, in words people understand")
    consequences: Text = Field(description="what it means for the person")
    human: Text | None = Field(default=None, description="how a person gets someone to look at it, and contests it")


class Purpose(Assumable):
    """Why data is used."""

    label: Text
    dpv: Text
    marketing: StrictBool = False
    profiling: StrictBool = False
    automated: AutomatedDecision | None = Field(
        default=None, description="where a machine alone decides: the logic and what follows (GDPR Art. 13(2)(f))"
    )


class SecondaryPurpose(Assumable):
    """A purpose that data of any touchpoint may also serve (fraud, repair, audit, security, law, claims)."""

    label: Text
    dpv: Text
    bases: tuple[Basis, ...]
    relies_on: Basis
    interest: Text | None = None
    balancing: Id | None = Field(
        default=None, description="the entry of `balancing_tests` behind a legitimate interest"
    )
    law: Text | None = Field(
        default=None, description="the law that makes it a duty, where it relies on a legal obligation"
    )
    items: tuple[Id, ...] | Literal["any"] = "any"
    may_invoke: tuple[Text, ...] = Field(description="who may use data for it; each use is logged")


class BalancingTest(Assumable):
    """The assessment behind a legitimate interest: is it outweighed by the interests of the people concerned?"""

    day: date = Field(description="the day it was made")
    outcome: Text = Field(description="why the interest is not outweighed, in words")
    review: date = Field(description="the day it is looked at again; from the day after, it holds no more")


class RetentionRule(Assumable):
    """How long. Exactly one of `period`, `until: unneeded`, `per: cookie`.

    `period` counts from the event `after`. *Until unneeded* comes up for review every `review`, counted from
    `review_after`; `published_as` is the text's own form, as the facts print it.
    """

    label: Text
    period: Period | None = None
    after: Literal["recorded", "last contact", "account closed", "contract ended"] | None = None
    until: Literal["unneeded"] | None = None
    review: Period | None = None
    review_after: Literal["recorded", "last contact", "account closed", "contract ended"] | None = None
    per: Literal["cookie"] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "RetentionRule":
        if sum(bool(x) for x in (self.period, self.until, self.per)) != 1:
            raise ValueError("give exactly one of `period`, `until` and `per`")
        if self.period and not self.after:
            raise ValueError("a `period` needs `after`: the event it counts from")
        if self.until and not (self.review and self.review_after):
            raise ValueError("`until: unneeded` needs `review` and `review_after`")
        return self

    @property
    def short(self) -> str:
        """`P60D after recorded`, `until unneeded` or `per cookie`."""
        if self.period:
            return f"{self.period} after {self.after}"
        return "until unneeded" if self.until else "per cookie"


class RetentionException(Assumable):
    """When data may be kept longer than its rule says."""

    label: Text
    text: Text
    basis: Basis


class Cookie(Assumable):
    """A cookie or similar storage: name pattern, who sets it, category, lifetime."""

    pattern: Text
    setter: Id = Field(description="the recipient whose script sets it, or `self`")
    category: Literal["essential", "preferences", "analytics", "marketing"]
    lifetime: Period | Literal["session"]
    touchpoint: Id
