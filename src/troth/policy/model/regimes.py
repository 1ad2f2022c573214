"""What particular laws want published: the commitments of the Data Privacy Framework, notices for California."""

from datetime import date
from typing import Literal

from pydantic import Field, StrictBool

from troth.policy.model.base import Assumable, Part, Text


class Recourse(Part):
    """The independent body that hears complaints under the Data Privacy Framework, free of charge."""

    name: Text
    url: Text


class Dpf(Assumable):
    """What a company certified under the Data Privacy Framework publishes (Principle 1, Notice: (EU) 2023/1795)."""

    entities: tuple[Text, ...] = Field(min_length=1, description="the companies the certificate covers, by legal name")
    covers: tuple[Literal["hr", "non-hr"], ...] = Field(
        default=(),
        description="whether it covers data of the company's own staff (`hr`), other data (`non-hr`), or both",
    )
    commitment: Text = Field(description="that data received under the framework is kept by its Principles")
    list_url: Text | None = Field(default=None, description="link to the framework's list")
    certified_until: date | None = Field(default=None, description="the last day of the yearly certification")
    recourse: Recourse | None = Field(default=None, description="the independent body for complaints, free of charge")
    enforcement: Text | None = Field(default=None, description="that the FTC (or another authority) may investigate")
    arbitration: Text | None = Field(default=None, description="that binding arbitration may be invoked, and when")
    authorities_access: Text | None = Field(
        default=None, description="that lawful requests of public authorities are met"
    )
    onward_liability: Text | None = Field(default=None, description="liability where data is passed on to others")


class California(Assumable):
    """What the California Consumer Privacy Act wants told (Civ. Code 1798.100, 1798.120, 1798.130)."""

    sells_or_shares: StrictBool = Field(
        description="data is sold, or shared for advertising across contexts (Civ. Code 1798.140(ad), (ah))"
    )
    opt_out: Text | None = Field(default=None, description="the link by which people opt out of selling and sharing")
    methods: tuple[Text, ...] = Field(default=(), description="the ways to send a request")
    equal_service: Text | None = Field(
        default=None, description="that nobody is treated worse for using a right (Civ. Code 1798.125)"
    )
