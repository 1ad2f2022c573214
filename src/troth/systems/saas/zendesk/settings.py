"""What the Zendesk connector can be told."""

from typing import Literal, Self

from pydantic import Field, model_validator

from troth.systems.kit.settings import ConnectorSettings, SecretText


class ZendeskSettings(ConnectorSettings):
    """An API token of an admin (only admins delete users for good), or an OAuth access token with read and write."""

    user: str = Field(
        "", title="Admin", description="E-mail address of the admin the API token is used for; empty for OAuth."
    )
    token: SecretText = Field(title="Token", description="API token, or OAuth access token where no admin is given.")
    tickets: Literal["delete", "redact", "keep"] = Field(
        "delete",
        title="Tickets when somebody is erased",
        description="Delete their tickets for good; or redact what they wrote, close the ticket and keep the rest; or "
        "keep the tickets as they are, without their author, for the reason given.",
    )
    keep_reason: str = Field(
        "", title="Reason to keep", description="The ground on which tickets are kept; told to the person erased."
    )
    help_center: bool = Field(
        False,
        title="Help center",
        description="The account has a help center where people write: what they wrote there is found and erased too.",
    )
    account_is_external_id: bool = Field(
        False,
        title="Account is external id",
        description="Users also are found by the account id people have here, in Zendesk's external id.",
    )
    key_field: str = Field(
        "troth_records",
        title="Key field",
        pattern=r"^[a-z0-9_]+$",
        description="Key of a custom multi-line user field: it keeps a delivery from happening twice.",
    )
    poll_seconds: float = Field(
        60, gt=0, title="Poll", description="Seconds until a running erasure is looked at again."
    )

    @model_validator(mode="after")
    def _kept_for_a_reason(self) -> Self:
        if self.tickets == "keep" and not self.keep_reason.strip():
            raise ValueError("tickets: keep needs keep_reason")
        return self
