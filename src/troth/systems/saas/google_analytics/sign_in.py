"""Signing in as a service account (RFC 7523), with the key file Google gives."""

import json
from collections.abc import Mapping
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.auth import Token, assertion
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.settings import Secret

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/analytics.edit"


def token(api: Api, name: str, key_file: Secret, audience: str) -> Token:
    """An access token. Raises `SystemProblem`, whose message holds nothing of the key file."""
    account = _account(name, key_file.reveal())
    claims = {"iss": account["client_email"], "scope": SCOPE, "aud": audience}
    try:
        signed = assertion(account["private_key"], claims, key_id=account.get("private_key_id"))
    except ValueError as error:
        raise _fault(name, f"its private_key is {error}") from None
    reply = api.fetch("sign in", "/token", {"grant_type": GRANT, "assertion": signed})
    return Token(reply.need("access_token", str), float(reply.need("expires_in", int)))


def _account(name: str, text: str) -> Mapping[str, Any]:
    try:
        account = json.loads(text)
    except ValueError:
        raise _fault(name, "it is not JSON") from None
    if not isinstance(account, Mapping) or not all(
        isinstance(account.get(key), str) for key in ("client_email", "private_key")
    ):
        raise _fault(name, "it has no client_email and private_key")
    return account


def _fault(name: str, what: str) -> SystemProblem:
    return SystemProblem(
        f"{name}: service_account: {what}; give the JSON key file of the service account", consequence="fix settings"
    )
