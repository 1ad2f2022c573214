"""How a call out can fail. Messages name the host and the next step, never path, query, header or body."""

from urllib.parse import urlsplit


class NetError(Exception):
    """A call out that brought no usable reply."""


class Blocked(NetError):
    """Refused by us: the address is inside, or the scheme is not allowed."""


class Redirected(Blocked):
    """The reply sends us elsewhere; only GET and HEAD follow, and only on the same scheme, host and port."""


class Unreachable(NetError):
    """No connection, or it broke: name not found, refused, TLS failed, protocol violated."""


class TimedOut(NetError):
    """No complete reply in time. The other side may have acted all the same."""


class TooLarge(NetError):
    """The reply is larger than we read."""


def host_of(url: object) -> str:
    """Scheme, host and port of a URL and nothing else: paths and queries can hold personal data."""
    parts = urlsplit(str(url))
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or '?'}{port}"
