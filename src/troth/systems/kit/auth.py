"""How a connector says who it is."""

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from troth.systems.kit.settings import Secret


class Auth(Protocol):
    """Headers of a call; `renew` drops what is cached and says whether that can help after a 401."""

    def headers(self) -> Mapping[str, str]: ...

    def renew(self, used: Mapping[str, str]) -> bool: ...


class Bearer:
    """A fixed token, read anew for each call."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self._token.reveal()}"}

    def renew(self, used: Mapping[str, str]) -> bool:
        return self.headers() != used  # a rotated token is worth one more try


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
