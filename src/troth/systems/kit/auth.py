"""How a connector says who it is."""

import base64
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from troth.systems.kit.settings import Secret

ASSERTION_LIVES = 300  # seconds; vendors take 5 minutes (Okta, Google: at most an hour)


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


class Fetched:
    """A token fetched when first needed (OAuth 2), kept until a call is refused; safe between threads."""

    def __init__(self, fetch: Callable[[], str]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token: str | None = None

    def headers(self) -> Mapping[str, str]:
        with self._lock:
            if self._token is None:
                self._token = self._fetch()
            return {"authorization": f"Bearer {self._token}"}

    def renew(self, used: Mapping[str, str]) -> bool:
        with self._lock:
            if used == {"authorization": f"Bearer {self._token}"}:  # else another thread renewed it already
                self._token = None
            return True


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
