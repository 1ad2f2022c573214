"""botocore signs and reads; the line is ours, so that guard, time limits and recording hold for AWS too.

`before-send` is botocore's documented event for that: what a handler answers is the reply, and nothing else is sent.
"""

import io
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from troth.net.http import Client, client
from troth.systems.saas.aws.settings import AwsSettings

_PORTS = {"http": 80, "https": 443}
_PIECE = 65_536


class _Raw(io.BytesIO):
    """A body that is here already, as botocore wants to read it."""

    def stream(self, amt: int = _PIECE, decode_content: bool | None = None) -> Iterator[bytes]:
        while piece := self.read(amt):
            yield piece


class Wire:
    """Sends prepared requests of botocore. Raises `NetError`."""

    def __init__(self, name: str, settings: AwsSettings) -> None:
        self._client = _client(name, settings)
        self._response: Any = import_module("botocore.awsrequest").AWSResponse
        self._headers: Any = import_module("botocore.compat").HTTPHeaders

    def __call__(self, request: Any, **_: Any) -> Any:
        """The reply to a prepared request, whole."""
        body = request.body.read() if hasattr(request.body, "read") else request.body
        headers = {name: _text(value) for name, value in request.headers.items()}
        sent: dict[str, Any] = {"content": body or b"", "extensions": {"target": _target(request.url)}}
        reply = self._client.request(request.method, request.url, headers=headers, **sent)
        told = self._headers()
        for name, value in reply.headers.multi_items():
            told[name] = value
        return self._response(request.url, reply.status_code, told, _Raw(reply.content))


def _client(name: str, settings: AwsSettings) -> Client:
    url = urlsplit(settings.url)
    inside = settings.url and settings.allow_private
    allow = (f"{url.hostname}:{url.port or _PORTS[url.scheme]}",) if inside else ()
    return client(base_url=settings.url, allow=allow, timeout=settings.timeout, system=name, as_sent=True)


def _target(url: str) -> bytes:
    """What is asked of the host, letter by letter as signed: `users/../x` is a key like any other."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}".encode("ascii")


def _text(value: bytes | str) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
