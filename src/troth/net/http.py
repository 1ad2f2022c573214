"""The HTTP client every call out goes through."""

import logging
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import httpcore
import httpx

from troth import ground
from troth.net.errors import Blocked, NetError, Redirected, TimedOut, TooLarge, Unreachable, host_of
from troth.net.guard import GuardedBackend, allowed, over_at
from troth.net.record import note, recording

log = logging.getLogger("troth.net")

# httpx logs whole URLs at INFO, httpcore headers at DEBUG. Both can hold personal data or credentials.
logging.getLogger("httpx").addFilter(lambda record: False)
logging.getLogger("httpcore").setLevel(logging.WARNING)

MAX_BYTES = 20 * 1024 * 1024
MAX_HOPS = 3
TIMEOUT = 20.0
_PORTS = {"http": 80, "https": 443}


def client(
    *,
    base_url: str,
    allow: tuple[str, ...] = (),
    timeout: float = TIMEOUT,
    max_bytes: int = MAX_BYTES,
    system: str = "",
    as_sent: bool = False,
) -> "Client":
    """A client for one system. `allow` adds `host:port` entries to those of the settings; seconds, bytes.

    system: its name in the record of calls, if one is kept; else its host. as_sent: bodies are not unpacked. For
    stores: there the encoding is a word of whoever put the object, not of the line, and a HEAD tells it too.
    """
    entries = frozenset(entry.strip().lower() for entry in (*ground.settings().allow_private_hosts, *allow))
    named = system if recording() else None
    limits: dict[str, Any] = {"timeout": timeout, "max_bytes": max_bytes}
    return Client(base_url=base_url, allow=entries, recorded_as=named, as_sent=as_sent, **limits)


class Client(httpx.Client):
    """An httpx client that reaches only what it may, reads only so much, waits only so long, raises only `NetError`.

    Environment proxies are ignored: a proxy would resolve names itself, behind the guard's back.
    """

    def __init__(
        self,
        *,
        base_url: str,
        allow: frozenset[str],
        timeout: float,
        max_bytes: int,
        recorded_as: str | None = None,
        as_sent: bool = False,
    ) -> None:
        self._recorded_as = recorded_as
        self._as_sent = as_sent
        self._allow = allow
        self._deadline = timeout * 3
        self._max_bytes = max_bytes
        super().__init__(
            base_url=base_url,
            transport=_Transport(allow),
            timeout=timeout,
            trust_env=False,
            headers={"accept-encoding": "identity", "user-agent": "troth"},
        )

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """The whole reply. Raises `NetError`; a status of 4xx or 5xx is a reply, not an error."""
        with over_at(time.monotonic() + self._deadline):
            return self._send(request, options, time.monotonic())

    def _send(self, request: httpx.Request, options: dict[str, Any], started: float) -> httpx.Response:
        reply = self._hop(request, options, started)
        for _ in range(MAX_HOPS):
            if reply.next_request is None:
                break
            _judge_redirect(request, reply.next_request)
            reply = self._hop(reply.next_request, options, started)
        else:
            raise Redirected(f"{host_of(request.url)} redirects more than {MAX_HOPS - 1} times")
        log.info("%s %s → %d in %.0f ms", request.method, host_of(request.url), reply.status_code, _ms(started))
        return reply

    def _hop(self, request: httpx.Request, options: dict[str, Any], started: float) -> httpx.Response:
        if self._recorded_as is None:
            return self._asked(request, options, started)
        try:
            reply = self._asked(request, options, started)
        except NetError:
            _record(self._recorded_as, request, None)
            raise
        _record(self._recorded_as, request, reply)
        return reply

    def _asked(self, request: httpx.Request, options: dict[str, Any], started: float) -> httpx.Response:
        where = host_of(request.url)
        _judge_scheme(request.url, self._allow)
        try:
            live = super().send(request, **{**options, "stream": True, "follow_redirects": False})
            try:
                return self._read(live, where, started)
            finally:
                live.close()
        except NetError:
            raise
        except httpx.TimeoutException:
            raise TimedOut(f"{where} did not answer in time; try again later") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Unreachable(
                f"{where} cannot be reached ({type(error).__name__}); check address and network"
            ) from None

    def _read(self, live: httpx.Response, where: str, started: float) -> httpx.Response:
        """Copy the live reply into a complete one, within size and time."""
        content = bytearray()
        for chunk in live.iter_raw() if self._as_sent else _unpacked(live, where, self._max_bytes):
            content += chunk
            if len(content) > self._max_bytes:
                raise TooLarge(f"{where} sends more than {self._max_bytes} bytes; ask for less at a time")
            if time.monotonic() - started > self._deadline:
                raise TimedOut(f"{where} did not finish its answer in time; try again later")
        headers = [(k, v) for k, v in live.headers.multi_items() if k not in ("content-encoding", "transfer-encoding")]
        whole = httpx.Response(live.status_code, headers=headers, content=bytes(content), request=live.request)
        whole.next_request = live.next_request
        return whole


def _record(system: str, request: httpx.Request, reply: httpx.Response | None) -> None:
    """The request as it was sent, with the reply that came; none for a call that brought none."""
    note(
        system or host_of(request.url),
        method=request.method,
        url=str(request.url),
        headers=dict(request.headers),
        body=request.read(),
        status=reply.status_code if reply else None,
        response=reply.content if reply else b"",
    )


def _unpacked(live: httpx.Response, where: str, most: int) -> Iterator[bytes]:
    """The body a piece at a time, none larger than `most` + 1: httpx would unpack a bomb of gigabytes in one go.

    We ask for no packing; gzip is read all the same, since some servers pack unasked.
    """
    packing = live.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise Unreachable(f"{where} answers in an encoding that was not asked for; have it send plain bytes")
    if packing in ("", "identity"):
        yield from live.iter_raw()
        return
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        yield from (unpack.decompress(chunk, most + 1) for chunk in live.iter_raw())
    except zlib.error:
        raise Unreachable(f"{where} sends damaged gzip; try again later") from None
    if not unpack.eof:
        raise Unreachable(f"{where} sends gzip that is cut off; try again later")


class _Transport(httpx.HTTPTransport):
    """httpx's transport over a connection pool whose every connection is judged."""

    def __init__(self, allow: Iterable[str]) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_connections=20,
            max_keepalive_connections=5,
            keepalive_expiry=30.0,
            network_backend=GuardedBackend(allow),
        )


@cache
def _tls() -> ssl.SSLContext:
    """The system's certificate authorities, certifi's when it brings none; read once, it takes a while."""
    import certifi

    return ssl.create_default_context(cafile=None if ssl.get_default_verify_paths().cafile else certifi.where())


def _judge_scheme(url: httpx.URL, allow: Iterable[str]) -> None:
    if url.scheme == "https":
        return
    if url.scheme == "http" and allowed(allow, url.host, url.port or _PORTS["http"]):
        return
    raise Blocked(f"{host_of(url)} is not https; only hosts on the allow list may be reached without TLS")


def _judge_redirect(origin: httpx.Request, target: httpx.Request) -> None:
    if origin.method not in ("GET", "HEAD") or host_of(origin.url) != host_of(target.url):
        raise Redirected(f"{host_of(origin.url)} redirects a {origin.method} to {host_of(target.url)}; not followed")


def _ms(started: float) -> float:
    return (time.monotonic() - started) * 1000
