"""What the HubSpot connector can be told."""

from pydantic import Field

from troth.systems.kit.settings import ConnectorSettings, SecretText
from troth.systems.saas.hubspot.related import Kind


class HubSpotSettings(ConnectorSettings):
    """A private app with scopes for contacts (read, write, GDPR delete) and communication preferences."""

    token: SecretText = Field(title="Access token", description="Token of a private app.")
    subscription_id: int | None = Field(
        None,
        title="Subscription type",
        description="Id of the marketing e-mail subscription type that people who agree are subscribed to.",
    )
    not_marketing: tuple[int, ...] = Field(
        (), title="Not marketing", description="Ids of subscription types that are not marketing, such as one to one."
    )
    key_property: str = Field(
        "troth_records",
        title="Key property",
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Custom multi-line text property of contacts: it keeps a delivery from happening twice.",
    )
    also: tuple[Kind, ...] = Field(
        ("notes", "calls", "meetings", "tasks", "emails", "tickets", "deals"),
        title="Also look in",
        description="What hangs on contacts and is found with them; the private app needs the scopes to read and "
        "write each. Leave out what you do not use.",
    )
    keep: tuple[Kind, ...] = Field(
        ("deals",),
        title="Keep",
        description="Kinds that are found but stay when a person is erased, such as business records.",
    )
