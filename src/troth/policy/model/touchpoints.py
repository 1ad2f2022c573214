"""Where data comes in: touchpoints and their rows."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool, model_validator

from troth.policy.model.base import Assumable, Basis, Channel, Id, Part, SpecialGround, Text, Texts, unfit


class RowItem(Part):
    """An item as a row asks for it; a bare id in the files is short for `{item: id}`.

    `published_as`: the label in the published text where it differs from the catalogue's.
    """

    item: Id
    published_as: Text | None = None
    required: StrictBool = False


class RowPurpose(Assumable):
    """A purpose of a row and the one basis it relies on (semantics §1).

    `bases`: those the text gives it; empty means the row's.
    """

    purpose: Id
    relies_on: Basis
    bases: tuple[Basis, ...] = ()
    law: Text | None = Field(
        default=None, description="the law that makes it a duty, where it relies on a legal obligation"
    )
    special_ground: SpecialGround | None = Field(
        default=None, description="the ground on which special categories serve the purpose (GDPR Art. 9(2))"
    )


class RowRecipient(Assumable):
    """Who gets a row's data; `items` are those it needs (empty: all but secrets, files and recordings)."""

    recipient: Id
    items: tuple[Id, ...] = ()


class RowRetention(Part):
    """A retention rule for a row; `items` empty means all of the row not named by another rule."""

    rule: Id
    items: tuple[Id, ...] = ()


def _short(key: str) -> BeforeValidator:
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


class Row(Assumable):
    """One line of the published table: items × purposes × recipients × retention × what happens without the data.

    `recipients`: the parties the text names; an explicit empty list is the text's *none*; left out, the text does
    not state them, and `assumed_recipients` says who gets the data where something must run.
    """

    id: Id
    marketing: StrictBool = Field(
        default=False, description="a separate marketing row: its own consent, never a condition"
    )
    items: tuple[Annotated[RowItem, _short("item")], ...] = Field(min_length=1)
    purposes: tuple[RowPurpose, ...] = Field(min_length=1)
    bases: tuple[Basis, ...] = Field(min_length=1)
    interest: Text | None = Field(
        default=None, description="the legitimate interest, in words, where one is among the bases"
    )
    balancing: Id | None = Field(
        default=None, description="the entry of `balancing_tests` behind the legitimate interest"
    )
    recipients: tuple[Annotated[RowRecipient, _short("recipient")], ...] | None = None
    assumed_recipients: tuple[Annotated[RowRecipient, _short("recipient")], ...] = ()
    retention: tuple[Annotated[RowRetention, _short("rule")], ...] = Field(min_length=1)
    without: Texts = Field(description="what happens if the data is not given")
    provision: Literal["statutory", "contractual", "voluntary"] | None = Field(
        default=None, description="whether a law or a contract requires people to give the data (GDPR Art. 13(2)(e))"
    )

    @model_validator(mode="after")
    def _bases_hold(self) -> "Row":
        for i, purpose in enumerate(self.purposes):
            if purpose.relies_on not in (purpose.bases or self.bases):
                message = f"purpose `{purpose.purpose}` relies on `{purpose.relies_on}`, not among its bases"
                raise unfit(message, "purposes", i, "relies_on")
        if self.recipients is not None and self.assumed_recipients:
            raise unfit("`assumed_recipients` is for rows whose recipients are not stated", "assumed_recipients")
        return self

    @property
    def item_ids(self) -> frozenset[str]:
        return frozenset(i.item for i in self.items)

    @property
    def receivers(self) -> tuple[RowRecipient, ...]:
        """Who gets the data when the policy runs: stated, else assumed."""
        return self.assumed_recipients if self.recipients is None else self.recipients

    def purpose_bases(self, purpose: RowPurpose) -> tuple[Basis, ...]:
        return purpose.bases or self.bases


class Touchpoint(Assumable):
    """A place where data comes in."""

    title: Text
    group: Id
    sites: tuple[Id, ...] = ()
    channels: tuple[Channel, ...] = Field(min_length=1)
    role: Literal["controller", "processor"] = "controller"
    asks_age: StrictBool = Field(
        default=False, description="the form asks for an attestation of age; the answer is not stored"
    )
    persons: tuple[Text, ...] = Field(
        default=(),
        description="the categories of persons whose data comes in here, such as `visitors` (GDPR Art. 30(1)(c))",
    )
    source: Text | None = Field(
        default=None, description="where data not given by the person comes from (GDPR Art. 14(2)(f))"
    )
    rows: tuple[Row, ...] = Field(min_length=1)

    def row(self, row_id: str) -> Row:
        """Raises KeyError if there is none of that id."""
        for row in self.rows:
            if row.id == row_id:
                return row
        raise KeyError(row_id)
