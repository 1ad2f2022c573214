"""Which addresses we may connect to, judged on what the name resolves to, at the moment of connecting."""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore

from troth.net.errors import Blocked

Address = IPv4Address | IPv6Address

# IPv6 ranges that carry an IPv4 address a gateway may deliver to: 6to4, Teredo, NAT64, IPv4-compatible.
_CARRIERS = tuple(ip_network(net) for net in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48", "::/96"))
_PROTOCOL = ip_network("192.0.0.0/24")  # protocol assignments; Python calls some of it global
_PIECE = 65_536
_over_at: ContextVar[float | None] = ContextVar("over_at", default=None)


def is_public(address: Address) -> bool:
    """True for an address of the public internet: not private, loopback, link-local, multicast, reserved, shared."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if any(address in net for net in _CARRIERS) or address.is_site_local:
            return False
    if address in _PROTOCOL:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def resolve(host: str, port: int) -> tuple[str, ...]:
    """All addresses the operating system would connect to. Raises `httpcore.ConnectError` when there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("the host name does not resolve") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@contextmanager
def over_at(moment: float) -> Iterator[None]:
    """Until then (`time.monotonic`) everything on the line inside must have happened, however slowly it trickles."""
    token = _over_at.set(moment)
    try:
        yield
    finally:
        _over_at.reset(token)


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    """The time-out of one step, cut to what is left of the whole call. Raises `late` once nothing is."""
    end = _over_at.get()
    if end is None:
        return timeout
    left = end - time.monotonic()
    if left <= 0:
        raise late("the call took too long as a whole")
    return left if timeout is None else min(timeout, left)


class _Timed(httpcore.NetworkStream):
    """A stream that ends with its call: each time-out alone would let a byte now and then hold us for ever."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._inner.write(buffer[start : start + _PIECE], _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to the very address it judged, so a name that resolves differently the next moment changes nothing.

    TLS still checks the certificate against the name: httpcore takes it from the URL, not from here.
    """

    def __init__(self, allow: Iterable[str]) -> None:
        self._allow = frozenset(entry.strip().lower() for entry in allow)
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("the host has no address")
        for address in self._permitted(host, port):
            try:
                left = _left(timeout, httpcore.ConnectTimeout)
                return _Timed(self._inner.connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        raise Blocked("a Unix socket is not a way out")

    def _permitted(self, host: str, port: int) -> tuple[str, ...]:
        addresses = resolve(host, port)
        if not allowed(self._allow, host, port):
            for address in addresses:
                if not is_public(ip_address(address.partition("%")[0])):
                    raise Blocked(
                        f"{host}:{port} is an address inside a private network; if it is meant, "
                        f"add {host}:{port} to TROTH_ALLOW_HOSTS or set allow_private: true for this system"
                    )
        return addresses


def allowed(allow: Iterable[str], host: str, port: int) -> bool:
    """Whether `host:port` (IPv6 in brackets) is on the allow list."""
    name = host.lower().strip("[]")
    return f"{f'[{name}]' if ':' in name else name}:{port}" in allow
