"""What the Google Analytics connector can be told."""

from pydantic import Field

from troth.systems.kit.settings import ConnectorSettings, SecretText


class GoogleAnalyticsSettings(ConnectorSettings):
    """A service account with the role Editor on the property."""

    url: str = Field(
        "https://analyticsadmin.googleapis.com",
        title="Address",
        description="Address of the Admin API.",
        pattern=r"^https?://",
    )
    token_url: str = Field(
        "https://oauth2.googleapis.com",
        title="Sign-in address",
        description="Where the service account gets its token; /token is added.",
        pattern=r"^https?://",
    )
    property: str = Field(title="Property", description="Number of the GA4 property.", pattern=r"^\d+$")
    service_account: SecretText = Field(
        title="Service account",
        description="The JSON key file of the service account, as file:… or from a secret store.",
    )
    identified: bool = Field(
        False,
        title="Known people",
        description="Also delete by account, e-mail address and phone number. Leave it off where the policy promises "
        "that analytics is never joined to a known person: then only identifiers of browsers and apps are used.",
    )
    collect_url: str = Field(
        "https://region1.google-analytics.com",
        title="Collection address",
        description="Where events are delivered; region1 is Google's collection within the EU.",
        pattern=r"^https?://",
    )
    measurement_id: str | None = Field(
        None,
        title="Measurement id",
        description="Of the web data stream, G-…; only to deliver events.",
        pattern=r"^G-[A-Z0-9]+$",
    )
    api_secret: SecretText | None = Field(
        None, title="API secret", description="Of the Measurement Protocol, for that stream; only to deliver events."
    )
    event: str = Field(
        "record_delivered",
        title="Event",
        description="Name of the event a delivery makes. Google drops a repeated event only if it is named purchase.",
        pattern=r"^[a-zA-Z][a-zA-Z0-9_]{0,39}$",
    )
