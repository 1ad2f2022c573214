"""What is hidden of a call before it is recorded: credentials, in headers, addresses, forms, JSON and XML."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit

HIDDEN = "***"
_HEADER = re.compile(r"auth|cookie|token|secret|passw|key|signature|credential", re.IGNORECASE)
_HARMLESS = frozenset({"idempotency-key", "www-authenticate", "proxy-authenticate"})
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,30}) +\S")
# Names as vendors spell them, in lower case and without - and _: `client_secret`, `ClientSecret`, `X-Amz-Signature`.
_NAMES = frozenset(
    {"accesstoken", "refreshtoken", "idtoken", "token", "securitytoken", "sessiontoken", "jwt", "assertion",
     "clientassertion", "clientsecret", "secret", "apisecret", "secretkey", "secretaccesskey", "privatekey",
     "privatekeyid", "apikey", "apitoken", "authtoken", "password", "passwd", "passphrase", "authorization",
     "xamzsignature", "xamzcredential", "xamzsecuritytoken", "xapikey", "sig", "signature", "csrftoken",
     "personalapikey", "connectionstring", "accountkey"}
)  # fmt: skip
_IN_ADDRESS = _NAMES | {"key", "code", "auth"}
_PEM = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
_XML = re.compile(r"<((?:\w+:)?(\w+))>([^<>]+)</\1>")
_MEMBER = re.compile(r'("([^"\\]{1,60})"\s*:\s*)"(?:[^"\\]|\\.)*"?')
_FORM = re.compile(r"[\w.~%+*-]+=[^&\s<>{}]*(?:&[\w.~%+*-]+=[^&\s<>{}]*)*")


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """The headers; of those that prove who asks only the scheme (`Bearer ***`)."""
    return {name: _header(name, value) for name, value in given.items()}


def url(address: str) -> str:
    """The address, without user and password, and with the credentials of its query hidden."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")
    where = f"{HIDDEN}@{host[2]}" if host[1] else parts.netloc
    return urlunsplit(parts._replace(netloc=where, query=_form(parts.query, _IN_ADDRESS)))


def body(text: str) -> str:
    """A request's or a reply's text with its credentials hidden; unchanged where it holds none."""
    text = _JWT.sub(HIDDEN, _PEM.sub(HIDDEN, text))
    first = text.lstrip("\ufeff \t\r\n")[:1]
    if first in ("{", "["):
        return _json(text)
    if first == "<":
        return _XML.sub(lambda m: f"<{m[1]}>{HIDDEN}</{m[1]}>" if _secret(m[2], _NAMES) else m[0], text)
    return _form(text, _NAMES) if _FORM.fullmatch(text) else text


def _header(name: str, value: str) -> str:
    if name.lower() in _HARMLESS or not _HEADER.search(name):
        return value
    scheme = _SCHEME.match(value) if "auth" in name.lower() else None
    return f"{scheme[1]} {HIDDEN}" if scheme else HIDDEN


def _secret(name: str, names: frozenset[str]) -> bool:
    return re.sub(r"[^a-z0-9]", "", name.lower()) in names


def _form(text: str, names: frozenset[str]) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    if not any(_secret(name, names) for name, _ in pairs):
        return text
    return "&".join(f"{quote_plus(name)}={HIDDEN if _secret(name, names) else quote_plus(v)}" for name, v in pairs)


def _json(text: str) -> str:
    try:
        value = json.loads(text)
        hidden = _hide(value)
    except (ValueError, RecursionError):  # several documents in one, or one that is cut off
        return _MEMBER.sub(lambda m: f'{m[1]}"{HIDDEN}"' if _secret(m[2], _NAMES) else m[0], text)
    return text if hidden == value else json.dumps(hidden, ensure_ascii=False)


def _hide(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: HIDDEN if _secret(k, _NAMES) and v not in (None, "") else _hide(v) for k, v in value.items()}
    return [_hide(one) for one in value] if isinstance(value, list) else value
