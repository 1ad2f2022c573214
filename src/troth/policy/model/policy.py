"""The whole: a compiled policy as one frozen value."""

from collections.abc import Set
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from troth.policy.model.actors import Controller, Recipient, Site
from troth.policy.model.base import Id, Language, Part, Regime, Text
from troth.policy.model.data import (
    BalancingTest,
    Cookie,
    Item,
    Purpose,
    RetentionException,
    RetentionRule,
    SecondaryPurpose,
)
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
from troth.policy.model.regimes import California, Dpf
from troth.policy.model.touchpoints import Touchpoint
from troth.policy.model.translations import Translation

if TYPE_CHECKING:
    from troth.policy.decision import Decision, PersonState


class Policy(Part):
    """A policy whose names all resolve. Field names are the top-level keys of the files."""

    troth: Literal[1] = Field(default=1, description="version of the policy language")
    name: Id
    title: Text
    effective: date
    languages: tuple[Text, ...] = ("en",)
    regimes: tuple[Regime, ...] = Field(
        default=("gdpr",), description="the laws it answers to; decides what is checked"
    )
    introduction: tuple[Text, ...] = ()
    published_source: Text | None = Field(
        default=None, description="where the published text the policy carries comes from"
    )
    controller: Controller
    sites: dict[Id, Site]
    data: dict[Id, Item]
    purposes: dict[Id, Purpose]
    secondary_purposes: dict[Id, SecondaryPurpose] = {}
    recipients: dict[Id, Recipient]
    balancing_tests: dict[Id, BalancingTest] = Field(
        default={}, description="the assessments behind legitimate interests"
    )
    retention: dict[Id, RetentionRule]
    retention_exceptions: dict[Id, RetentionException] = {}
    groups: dict[Id, Text]
    touchpoints: dict[Id, Touchpoint]
    cookies: dict[Id, Cookie] = {}
    never: dict[Id, Never] = {}
    sharing: dict[Id, SharingGround] = {}
    storage: tuple[Storage, ...] = ()
    transfers: Transfers | None = None
    dpf: Dpf | None = Field(default=None, description="the commitments of companies certified under the DPF")
    rights: dict[Id, Right] = {}
    california: California | None = Field(
        default=None, description="what the California Consumer Privacy Act wants told"
    )
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
        default={}, description="the texts above in other languages, by language"
    )
    wording: dict[Language, dict[Text, Text | None]] = Field(
        default={}, description="the words of the pages around the texts, in languages that do not come with Troth"
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
