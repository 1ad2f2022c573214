"""What the Okta connector can be told, and how it signs in."""

from typing import Annotated, Self

from pydantic import Field, WithJsonSchema, model_validator

from troth.systems.kit.settings import ConnectorSettings, SecretText

# Said once more outside the union, so that forms see a secret and not a choice between a secret and nothing.
OptionalSecret = Annotated[
    SecretText | None, WithJsonSchema({"type": "string", "format": "password", "secret": True, "default": None})
]
SCOPES = "okta.users.manage okta.groups.manage okta.logs.read okta.roles.read okta.factors.read"


class OktaSettings(ConnectorSettings):
    """An API token, or a service app that signs in with a private key."""

    token: OptionalSecret = Field(
        None, title="API token", description="Token of an admin made for Troth; or leave it and give a service app."
    )
    client_id: str = Field("", title="Client id", description="Id of a service app, instead of a token.")
    private_key: OptionalSecret = Field(
        None, title="Private key", description="PEM key whose public half the service app holds."
    )
    key_id: str = Field("", title="Key id", description="Id (kid) of that key in the app.")
    scopes: str = Field(SCOPES, title="Scopes", description="Scopes granted to the service app, with spaces between.")
    groups: tuple[str, ...] = Field(
        (), title="Groups", description="Ids of the groups that an account provisioned by a delivery joins."
    )
    activate: bool = Field(
        False,
        title="Activate",
        description="Activate a new account at once: Okta then mails the person. Off: it waits, staged, for you.",
    )
    protected_groups: tuple[str, ...] = Field(
        (),
        title="Protected groups",
        description="Ids of groups whose members are never erased or changed: service accounts, break-glass accounts.",
    )
    account_attribute: str = Field(
        "",
        title="Account attribute",
        pattern=r"^[A-Za-z0-9_]*$",
        description="Profile attribute with the account id people have here, such as employeeNumber; empty: none.",
    )
    key_attribute: str = Field(
        "troth_records",
        title="Key attribute",
        pattern=r"^[A-Za-z][A-Za-z0-9_]*$",
        description="Custom string array attribute of the user profile: it keeps a delivery from happening twice.",
    )
    log: bool = Field(
        True, title="System Log", description="Show what the System Log holds of the last 90 days in an answer."
    )
    poll_seconds: float = Field(
        30, gt=0, title="Poll", description="Seconds until a running erasure is looked at again."
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.token is None and not (self.client_id and self.private_key and self.key_id):
            raise ValueError("give token, or client_id with private_key and key_id")
        return self
