"""How the connector signs in: client credentials, or a signed statement of a user an administrator approved (JWT)."""

from collections.abc import Callable
from typing import Annotated

from pydantic import Field, WithJsonSchema

from troth.systems.kit.api import Api
from troth.systems.kit.auth import Auth, client_credentials, jwt_grant
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.settings import ConnectorSettings, SecretText

TOKEN = "/services/oauth2/token"  # noqa: S105 a path
# Said once more outside the union, so that forms see a secret and not a choice between a secret and nothing.
OptionalSecret = Annotated[
    SecretText | None, WithJsonSchema({"type": "string", "format": "password", "secret": True, "default": None})
]


class SignInSettings(ConnectorSettings):
    """`client_secret`, or `private_key` with `username`."""

    client_id: str = Field(title="Client id", description="Consumer key of the connected app.")
    client_secret: OptionalSecret = Field(
        None, title="Client secret", description="Consumer secret, for an app with the client credentials flow."
    )
    private_key: OptionalSecret = Field(
        None,
        title="Private key",
        description="PEM key whose certificate the app holds, for the JWT bearer flow; instead of a client secret.",
    )
    username: str | None = Field(
        None, title="User name", description="Integration user the app is approved for; only with a private key."
    )
    login_url: str = Field(
        "https://login.salesforce.com",
        title="Login address",
        description="Whom the signed statement is for; https://test.salesforce.com for a sandbox org.",
    )


def auth(api: Callable[[], Api], name: str, settings: SignInSettings) -> Auth:
    """The way to sign in that the settings give. Raises `SystemProblem` (fix settings) when they give none."""
    if settings.private_key and settings.username:
        claims = {"iss": settings.client_id, "sub": settings.username, "aud": settings.login_url}
        return jwt_grant(api, TOKEN, key=settings.private_key, claims=claims)
    if settings.client_secret:
        return client_credentials(api, TOKEN, client=settings.client_id, secret=settings.client_secret)
    raise SystemProblem(
        f"system {name}: sign in: give client_secret, or private_key with username", consequence="fix settings"
    )
