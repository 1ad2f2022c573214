"""One system's API: authenticated calls that retry, hold back and fail with a consequence."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from troth import ground
from troth.net import Blocked, NetError, TooLarge
from troth.net.http import Client, client
from troth.systems.kit.auth import Auth, NoAuth
from troth.systems.kit.outcomes import Consequence, SystemProblem
from troth.systems.kit.pace import Pace, backoff, retry_after
from troth.systems.kit.rates import exhausted
from troth.systems.kit.settings import ConnectorSettings

ATTEMPTS = 4
# Vendor codes are safe to repeat; vendor messages can quote the person's data and are never repeated.
_CODE = re.compile(r"[A-Za-z][A-Za-z_]{2,60}|[A-Z]\d{7}")  # words, or as Okta's E0000001
_CODE_KEYS = ("errorCode", "category", "error")
_SETTINGS_CODES = frozenset(
    {"INVALID_FIELD", "INVALID_TYPE", "NOT_FOUND_FIELD", "PROPERTY_DOESNT_EXIST", "FEATURENOTENABLED",
     "INVALID_CLIENT", "INVALID_GRANT", "INVALID_CLIENT_ID", "UNAUTHORIZED_CLIENT"}
)  # fmt: skip
_QUOTA_CODES = frozenset({"REQUEST_LIMIT_EXCEEDED", "RATE_LIMITS"})
_PORTS = {"http": 80, "https": 443}
_DOTS = frozenset({".", ".."})  # as a whole segment they name another path: an id that is one would reach what it holds


@dataclass(frozen=True, repr=False)
class Reply:
    """Status, parsed JSON body (None when there is none) and headers, whose names are read in any case."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def need(self, key: str, kind: type) -> Any:
        """A member the vendor always sends. Raises `SystemProblem` when it is missing or of another kind."""
        value = self.body.get(key) if isinstance(self.body, Mapping) else None
        if not isinstance(value, kind):
            raise SystemProblem(f"the reply has no readable {key}; try again later", consequence="retry")
        return value


@dataclass(frozen=True, repr=False)
class _Call:
    act: str
    method: str
    path: str
    ok: Collection[int]
    auth: Auth
    once: bool
    rate: str
    request: Mapping[str, Any]


class Api:
    """Calls to one system. Every call made through it must be harmless when repeated."""

    def __init__(self, name: str, settings: ConnectorSettings, auth: Auth, pace: Pace | None = None) -> None:
        self._name = name
        self._settings = settings
        self._auth = auth
        self._pace = pace or Pace()
        self._client: Client | None = None

    def call(self, act: str, method: str, path: str, *, ok: Collection[int] = (200,), **request: Any) -> Reply:
        """One call. `act` names it in messages ("find leads"); `ok` lists the statuses that are answers.

        `request` may hold json, params, data, content, headers, auth. Its `once` says that the call makes something
        new and the vendor keeps no key of ours: it is then not repeated here when its answer is lost, so that whoever
        tries again looks first. `rate` names the class of calls (of the connector's RATES) it counts as. Raises
        `SystemProblem`.
        """
        if not path.startswith("/") or path.startswith("//") or _DOTS & set(path.partition("?")[0].split("/")):
            raise SystemProblem(f"{self._name}: {act} would leave the configured address; refused", consequence="stop")
        auth, once, rate = request.pop("auth", self._auth), request.pop("once", False), request.pop("rate", "")
        call = _Call(act, method, path, ok, auth, once, rate, request)
        for attempt in range(ATTEMPTS):
            try:
                self._hold_back(act, rate)
                return self._once(call)
            except SystemProblem as problem:
                pause = None if once and problem.consequence == "retry" else _pause(problem, attempt)
                if pause is None or attempt + 1 == ATTEMPTS or pause > self._settings.patience:
                    raise
                self._pace.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def local(self, link: str) -> str:
        """A link of a reply as a path for `call`. Raises `SystemProblem` when it leads away from the address."""
        base = self._settings.url.rstrip("/")
        path = link.removeprefix(base) if link.startswith((f"{base}/", f"{base}?")) else link
        if not path.startswith("/") or path.startswith("//"):
            raise SystemProblem(f"{self._name}: a link would leave the configured address; refused", consequence="stop")
        return path

    def fetch(self, act: str, path: str, form: Mapping[str, str]) -> Reply:
        """An unauthenticated form POST: how tokens are fetched."""
        return self.call(act, "POST", path, data=dict(form), auth=NoAuth())

    def _hold_back(self, act: str, rate: str) -> None:
        wait = self._pace.turn(rate, self._settings.patience)
        if wait > self._settings.patience:
            raise self._problem(act, "wait", "it asked us to wait", timedelta(seconds=wait))
        if wait:
            self._pace.sleep(wait)

    def _once(self, call: "_Call") -> Reply:
        reply, used = self._send(call)
        if reply.status_code == 401 and call.auth.renew(used):
            reply, _ = self._send(call)
        body = _parse(reply.content)
        if reply.status_code not in call.ok:
            raise self._refusal(call, reply.status_code, body, reply.headers)
        self._pace.heed(reply.headers, ground.clock(), call.rate)
        if body is _UNREADABLE:
            raise self._problem(call.act, "retry", f"it answered {reply.status_code} with something that is not JSON")
        return Reply(reply.status_code, body, reply.headers)

    def _send(self, call: "_Call") -> tuple[Any, Mapping[str, str]]:
        used = call.auth.headers()
        headers = {**call.request.get("headers", {}), **used}
        try:
            return self._http().request(call.method, call.path, **{**call.request, "headers": headers}), used
        except Blocked as error:
            raise self._problem(call.act, "fix settings", str(error)) from None
        except TooLarge as error:
            raise self._problem(call.act, "stop", str(error)) from None
        except NetError as error:
            raise self._problem(call.act, "retry", str(error)) from None

    def _http(self) -> Client:
        if self._client is None:
            url = urlsplit(self._settings.url)
            inside = (f"{url.hostname}:{url.port or _PORTS[url.scheme]}",) if self._settings.allow_private else ()
            self._client = client(
                base_url=self._settings.url, allow=inside, timeout=self._settings.timeout, system=self._name
            )
        return self._client

    def _refusal(self, call: "_Call", status: int, body: Any, headers: Mapping[str, str]) -> SystemProblem:
        act, after, code = call.act, headers.get("retry-after"), _code(body)
        why = f"it answered {status}" + (f" {code}" if code else "")
        if status == 429 or code.upper() in _QUOTA_CODES or (status == 503 and after):
            now = ground.clock()
            wait = (None if after else exhausted(headers, now)) or retry_after(after, now)
            self._pace.hold(wait, call.rate)
            return self._problem(act, "wait", why, wait)
        if status >= 500 or status == 408:
            return self._problem(act, "retry", why)
        if status in (401, 403) or code.upper() in _SETTINGS_CODES:
            return self._problem(act, "fix settings", f"{why}; check credentials, permissions and fields")
        return self._problem(act, "stop", why)

    def _problem(self, act: str, consequence: Consequence, why: str, wait: timedelta | None = None) -> SystemProblem:
        return SystemProblem(f"{self._name}: {act}: {why}", consequence=consequence, retry_after=wait)


def keyed(key: str, header: str = "idempotency-key") -> dict[str, str]:
    """The header by which a vendor knows a call that is repeated: the act's own key, hashed, so that it fits any."""
    return {header: hashlib.sha256(key.encode()).hexdigest()[:32]}


_UNREADABLE = object()


def _parse(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return _UNREADABLE


def _code(body: Any) -> str:
    """The vendor's own error code, wherever it puts it; empty when there is none."""
    first = body[0] if isinstance(body, list) and body else body
    if isinstance(first, Mapping):
        for key in _CODE_KEYS:
            value = first.get(key)
            if isinstance(value, str) and _CODE.fullmatch(value):
                return value
    return ""


def _pause(problem: SystemProblem, attempt: int) -> float | None:
    """Seconds to pause before trying again at once, or None when trying again cannot help."""
    if problem.consequence == "wait":
        return (problem.retry_after or timedelta(0)).total_seconds()
    return backoff(attempt) if problem.consequence == "retry" else None
