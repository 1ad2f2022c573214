"""How the connector signs in: client credentials, or a signed statement of a user an administrator approved (JWT)."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from troth.systems.kit.api import Api
from troth.systems.kit.auth import assertion
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.settings import ConnectorSettings, SecretText

TOKEN = "/services/oauth2/token"  # noqa: S105 a path
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"  # RFC 7523
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


def token(api: Api, name: str, settings: SignInSettings) -> str:
    """An access token. Raises `SystemProblem`."""
    reply = api.fetch("sign in", TOKEN, _form(name, settings))
    found: str = reply.need("access_token", str)
    return found


def _form(name: str, settings: SignInSettings) -> dict[str, str]:
    if settings.private_key and settings.username:
        claims = {"iss": settings.client_id, "sub": settings.username, "aud": settings.login_url}
        try:
            signed = assertion(settings.private_key.reveal(), claims)
        except ValueError as error:
            raise SystemProblem(f"{name}: private_key is {error}", consequence="fix settings") from None
        return {"grant_type": JWT_BEARER, "assertion": signed}
    if settings.client_secret:
        secret = settings.client_secret.reveal()
        return {"grant_type": "client_credentials", "client_id": settings.client_id, "client_secret": secret}
    raise SystemProblem(
        f"{name}: sign in: give client_secret, or private_key with username", consequence="fix settings"
    )
