"""Who: the controller and its group, sites, authorities, recipients."""

from datetime import date
from typing import Literal

from pydantic import Field, StrictBool, model_validator

from troth.policy.model.base import Assumable, Country, Id, Part, Text, Texts, unfit


class GroupCompany(Part):
    """A company of the controller's group; `certificates` are those it holds itself, no other company's."""

    name: Text
    country: Country
    address: Text | None = None
    certificates: tuple[Literal["eu-us-dpf", "swiss-us-dpf", "uk-us-dpf"], ...] = ()


class Authority(Part):
    """A supervisory authority a person may complain to."""

    name: Text
    country: Country
    url: Text | None = None


class Controller(Assumable):
    """Who answers for the policy."""

    name: Text
    known_as: tuple[Text, ...] = ()
    country: Country
    contact: Text = Field(description="the address people write to about their data")
    address: Text | None = None
    dpo: Text | None = None
    no_dpo: Text | None = Field(default=None, description="why no data protection officer is needed (GDPR Art. 37)")
    representatives: tuple[Text, ...] = ()
    other_representatives: dict[Country, Text] = Field(
        default={},
        description="representatives outside the Union, by country: `GB` (UK GDPR Art. 27), `CH` (FADP Art. 14)",
    )
    group: tuple[GroupCompany, ...] = ()
    authorities: tuple[Authority, ...] = ()


class Site(Assumable):
    """A web site or product the policy covers."""

    label: Text
    url: Text | None = None
    languages: tuple[Text, ...] = ("en",)


class Mechanism(Assumable):
    """What makes a transfer to a country lawful, and from when to when it is in force."""

    country: Country
    kind: Literal["adequacy", "scc", "bcr", "intra-group", "eu-us-dpf", "swiss-us-dpf", "none-needed"]
    since: date | None = None
    until: date | None = None
    assessed: date | None = Field(default=None, description="day of the latest assessment of the transfer")
    holder: Text | None = Field(
        default=None, description="the company that holds the certificate, as the framework's list names it"
    )

    def in_force(self, day: date) -> bool:
        """True if the mechanism holds on `day`; an open end means no end is known."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Recipient(Assumable):
    """A party that receives data. `published_as` where the published text spells the name otherwise."""

    name: Text
    published_as: Text | None = None
    role: Literal["processor", "controller", "joint controller"] = "processor"
    does: Texts
    countries: tuple[Country, ...]
    mechanisms: tuple[Mechanism, ...] = ()
    contract: date | None = Field(default=None, description="day of the processing agreement, where known")
    connector: Id | None = Field(default=None, description="the connector that reaches it; none: staff do it by hand")
    privacy_policy: Text | None = None
    arrangement: Text | None = Field(
        default=None, description="of a joint controller: the essence of the arrangement with it (GDPR Art. 26(2))"
    )
    direct_marketing: StrictBool = Field(
        default=False, description="uses the data for its own direct marketing (Cal. Civ. Code 1798.83)"
    )

    @model_validator(mode="after")
    def _mechanisms_fit(self) -> "Recipient":
        stray = [m.country for m in self.mechanisms if m.country not in self.countries]
        if stray:
            raise unfit(f"a mechanism is given for {', '.join(stray)}, which is not among the countries", "mechanisms")
        return self
