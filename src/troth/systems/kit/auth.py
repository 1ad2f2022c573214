"""How a connector says who it is."""

import base64
import math
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.settings import Secret

if TYPE_CHECKING:
    from troth.systems.kit.api import Api, Reply

ASSERTION_LIVES = 300  # seconds; vendors take 5 minutes (Okta, Google: at most an hour)
EARLY = 60.0  # seconds before a token runs out at which it is fetched anew
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Auth(Protocol):
    """Headers of a call; `renew` drops what is cached and says whether that can help after a 401."""

    def headers(self) -> Mapping[str, str]: ...

    def renew(self, used: Mapping[str, str]) -> bool: ...


class HeaderKey:
    """A fixed key in a header, with the word the vendor puts before it; read anew for each call."""

    def __init__(self, header: str, key: Secret, word: str = "") -> None:
        self._header, self._key, self._word = header.lower(), key, word

    def headers(self) -> Mapping[str, str]:
        return {self._header: f"{self._word} {self._key.reveal()}".strip()}

    def renew(self, used: Mapping[str, str]) -> bool:
        return self.headers() != used  # a rotated key is worth one more try


class Bearer(HeaderKey):
    """A fixed token."""

    def __init__(self, token: Secret) -> None:
        super().__init__("authorization", token, "Bearer")


class Basic:
    """User and password (RFC 7617); read anew for each call."""

    def __init__(self, user: str, password: Secret) -> None:
        self._user, self._password = user, password

    def headers(self) -> Mapping[str, str]:
        pair = f"{self._user}:{self._password.reveal()}".encode()
        return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def renew(self, used: Mapping[str, str]) -> bool:
        return self.headers() != used


@dataclass(frozen=True, repr=False)
class Token:
    """A token as it came: `lives` is how many seconds it is good for, None where the vendor does not say."""

    text: str
    lives: float | None = None


class Fetched:
    """A token fetched when first needed (OAuth 2), kept until a minute before it runs out or until a call is refused.

    Safe between threads: one fetches, the others wait for it.
    """

    def __init__(self, fetch: Callable[[], str | Token], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._token: str | None = None
        self._until = math.inf

    def headers(self) -> Mapping[str, str]:
        with self._lock:
            if self._token is None or self._clock() >= self._until:
                self._keep(self._fetch())
            return {"authorization": f"Bearer {self._token}"}

    def _keep(self, fetched: str | Token) -> None:
        token = Token(fetched) if isinstance(fetched, str) else fetched
        lives = math.inf if token.lives is None else max(token.lives - EARLY, token.lives / 2)
        self._token, self._until = token.text, self._clock() + lives

    def renew(self, used: Mapping[str, str]) -> bool:
        with self._lock:
            if used == {"authorization": f"Bearer {self._token}"}:  # else another thread renewed it already
                self._token = None
            return True


def client_credentials(
    api: "Callable[[], Api]", path: str, *, client: str, secret: Secret, basic: bool = False, **form: str
) -> Fetched:
    """OAuth 2 client credentials (RFC 6749, 4.4). `form` adds fields, such as scope or audience.

    api: gives the `Api` below whose address the token is fetched; asked late, since a connector's own is made after
    its auth. basic: the client is named in the `Authorization` header, not in the form.
    """

    def fetch() -> Token:
        asked = {"grant_type": "client_credentials", **form}
        if basic:
            return _granted(api().call("sign in", "POST", path, data=asked, auth=Basic(client, secret)))
        return _granted(api().fetch("sign in", path, {**asked, "client_id": client, "client_secret": secret.reveal()}))

    return Fetched(fetch)


def jwt_grant(
    api: "Callable[[], Api]",
    path: str,
    *,
    key: Secret,
    claims: Mapping[str, Any],
    algorithm: str = "RS256",
    key_id: str | None = None,
    **form: str,
) -> Fetched:
    """A token for a signed assertion: the grant of RFC 7523, 2.1, or client authentication with it (2.2).

    The second where `form` holds a `grant_type` of its own. claims: iss, sub, aud and what else the vendor wants.
    """  # fmt: skip

    def fetch() -> Token:
        try:
            signed = assertion(key.reveal(), claims, algorithm=algorithm, key_id=key_id)
        except ValueError:
            raise SystemProblem(
                "sign in: the private key cannot be read; give it in PEM form", consequence="fix settings"
            ) from None
        if "grant_type" in form:
            named = {"client_assertion_type": CLIENT_ASSERTION, "client_assertion": signed}
        else:
            named = {"grant_type": JWT_GRANT, "assertion": signed}
        return _granted(api().fetch("sign in", path, {**named, **form}))

    return Fetched(fetch)


def _granted(reply: "Reply") -> Token:
    lives = reply.body.get("expires_in") if isinstance(reply.body, Mapping) else None
    try:
        seconds = None if lives is None else float(lives)
    except (TypeError, ValueError):
        seconds = None
    return Token(reply.need("access_token", str), seconds)


class NoAuth:
    """For the call that fetches the token."""

    def headers(self) -> Mapping[str, str]:
        return {}

    def renew(self, used: Mapping[str, str]) -> bool:
        return False


def assertion(key: str, claims: Mapping[str, Any], *, algorithm: str = "RS256", key_id: str | None = None) -> str:
    """A signed JWT that proves who asks for a token (RFC 7523): issue, expiry and id are added to `claims`.

    key: PEM private key. Raises `ValueError` when it is none; its message holds nothing of the key.
    """
    import jwt  # here: most connectors need none

    now = int(time.time())
    body = {"iat": now, "exp": now + ASSERTION_LIVES, "jti": uuid.uuid4().hex, **claims}
    try:
        return jwt.encode(body, key, algorithm=algorithm, headers={"kid": key_id} if key_id else None)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise ValueError("not a private key in PEM form") from None
