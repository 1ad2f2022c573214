"""The whole: a compiled policy as one frozen value."""

from collections.abc import Set
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import Field

from troth.policy.model.actors import Controller, Recipient, Site
from troth.policy.model.base import Id, Language, Part, Text
from troth.policy.model.data import Cookie, Item, Purpose, RetentionException, RetentionRule, SecondaryPurpose
from troth.policy.model.promises import (
    AcceptedGap,
    Anonymous,
    Assumption,
    Changes,
    Children,
    Clause,
    Measure,
    Never,
    Right,
    SharingGround,
    Signals,
    Storage,
    ThirdPartyService,
    Transfers,
)
from troth.policy.model.touchpoints import Touchpoint
from troth.policy.model.translations import Translation

if TYPE_CHECKING:
    from troth.policy.decision import Decision, PersonState


class Policy(Part):
    """A policy whose names all resolve. Field names are the top-level keys of the files."""

    troth: int = Field(1, description="version of the policy language")
    name: Id
    title: Text
    effective: date
    languages: tuple[Text, ...] = ("en",)
    introduction: tuple[Text, ...] = ()
    published_source: Text | None = Field(None, description="where the published text the policy carries comes from")
    controller: Controller
    sites: dict[Id, Site]
    data: dict[Id, Item]
    purposes: dict[Id, Purpose]
    secondary_purposes: dict[Id, SecondaryPurpose] = {}
    recipients: dict[Id, Recipient]
    retention: dict[Id, RetentionRule]
    retention_exceptions: dict[Id, RetentionException] = {}
    groups: dict[Id, Text]
    touchpoints: dict[Id, Touchpoint]
    cookies: dict[Id, Cookie] = {}
    never: dict[Id, Never] = {}
    sharing: dict[Id, SharingGround] = {}
    storage: tuple[Storage, ...] = ()
    transfers: Transfers | None = None
    rights: dict[Id, Right] = {}
    children: Children | None = None
    signals: Signals | None = None
    changes: Changes | None = None
    anonymous: Anonymous | None = None
    security: dict[Id, Measure] = {}
    third_parties: dict[Id, ThirdPartyService] = {}
    assumptions: dict[Id, Assumption] = {}
    clauses: tuple[Clause, ...] = ()
    accepted_gaps: tuple[AcceptedGap, ...] = ()
    translations: dict[Language, tuple[Translation, ...]] = Field(
        {}, description="the texts above in other languages, by language"
    )
    wording: dict[Language, dict[Text, Text]] = Field(
        {}, description="the words of the pages around the texts, in languages that do not come with Troth"
    )

    @cached_property
    def marketing_purposes(self) -> frozenset[str]:
        return frozenset(pid for pid, purpose in self.purposes.items() if purpose.marketing)

    def permits(
        self,
        *,
        touchpoint: str,
        items: Set[str],
        purpose: str,
        recipient: str | None = None,
        person: "PersonState",
        at: datetime,
    ) -> "Decision":
        """May `items` taken at `touchpoint` serve `purpose`? As `troth.policy.permits`, asked of this policy."""
        from troth.policy.permits import permits

        return permits(
            self,
            touchpoint=touchpoint,
            items=frozenset(items),
            purpose=purpose,
            recipient=recipient,
            person=person,
            at=at,
        )

    def item_label(self, touchpoint: str, row: str, item: str) -> str:
        """The label people see for an item of a row. Raises KeyError for unknown names."""
        for row_item in self.touchpoints[touchpoint].row(row).items:
            if row_item.item == item:
                return row_item.published_as or self.data[item].label
        raise KeyError(item)
