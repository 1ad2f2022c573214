"""The Azure kit signs and reads; the line is ours, so that guard, time limits and recording hold for Azure too."""

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from troth.net.http import Client, client
from troth.systems.kit.auth import Auth
from troth.systems.saas.azure.settings import AzureSettings

if TYPE_CHECKING:
    from azure.core.pipeline.transport import HttpTransport

_PORTS = {"http": 80, "https": 443}


def transport(name: str, settings: AzureSettings, auth: Auth) -> "HttpTransport[Any, Any]":
    """A transport of the kit whose every request goes through the guarded client, with `auth`'s headers.

    The kit's own bearer policy would refuse a sandbox without TLS, and keeps its tokens apart from ours. Raises
    `ImportError` without the extra; its requests raise `NetError`.
    """
    import requests
    from azure.core.pipeline.transport import RequestsTransport
    from requests.adapters import BaseAdapter
    from requests.structures import CaseInsensitiveDict
    from urllib3 import HTTPResponse

    line = _client(name, settings)

    class Line(BaseAdapter):
        """What `requests` calls to send; reply whole."""

        def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
            used = auth.headers()
            reply = self._sent(request, used)
            if reply.status_code == 401 and auth.renew(used):
                reply = self._sent(request, auth.headers())
            made = requests.Response()
            made.status_code, made.url, made.request = reply.status_code, str(request.url), request
            made.headers = CaseInsensitiveDict(reply.headers)
            body = io.BytesIO(reply.content)
            told = {"status": reply.status_code, "request_method": request.method}  # a HEAD tells a length, and ends
            made.raw = HTTPResponse(body, headers=made.headers, preload_content=False, **told)
            return made

        def _sent(self, request: requests.PreparedRequest, used: Any) -> Any:
            headers = {k: _text(v) for k, v in request.headers.items() if k.lower() != "accept-encoding"}
            body: Any = request.body.encode() if isinstance(request.body, str) else request.body
            return line.request(str(request.method), str(request.url), headers={**headers, **used}, content=body or b"")

        def close(self) -> None:
            pass

    session = requests.Session()
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, Line())
    made: HttpTransport[Any, Any] = RequestsTransport(session=session, session_owner=False, use_env_settings=False)
    return made


def _client(name: str, settings: AzureSettings) -> Client:
    url = urlsplit(settings.url)
    allow = (f"{url.hostname}:{url.port or _PORTS[url.scheme]}",) if settings.allow_private else ()
    return client(base_url=settings.url, allow=allow, timeout=settings.timeout, system=name, as_sent=True)


def _text(value: bytes | str) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
