"""Secret addresses and codes that go by mail; only their hashes stay here."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from troth import ground
from troth.requests.models import Link, Request

LIVES = {"identity": timedelta(days=3), "package": timedelta(days=14)}
CODE_LIVES = timedelta(minutes=15)
MOST_ATTEMPTS = 5
MOST_CODES = 5
"""Codes sent without one being used: 5 times 5 tries of a million, and only for who holds the link already."""

PATHS = {"identity": "confirm", "package": "answer"}


def make(request: Request, purpose: str, now: datetime) -> str:
    """A new link of the request; returns its address, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    Link.objects.create(
        request=request, purpose=purpose, token_hash=_hash(token), made_at=now, expires_at=now + LIVES[purpose]
    )
    return f"{ground.settings().public_url}/privacy/{PATHS[purpose]}/{token}/"


def find(token: str, purpose: str, now: datetime, *, lock: bool = False) -> Link | None:
    """The live link of this token; None if there is none or it has expired."""
    links = Link.objects.select_for_update(of=("self",)) if lock else Link.objects
    found = links.select_related("request").filter(token_hash=_hash(token), purpose=purpose)
    return found.filter(expires_at__gt=now).first()


def new_code(link: Link, now: datetime) -> str | None:
    """A six-digit code for a package link, in place of the one before; None when too many were asked for."""
    if link.code_sent >= MOST_CODES:
        return None
    code = f"{secrets.randbelow(1_000_000):06d}"
    link.code_hash, link.code_expires_at, link.attempts = _code_hash(link, code), now + CODE_LIVES, 0
    link.code_sent += 1
    link.codes_made += 1
    link.save(update_fields=["code_hash", "code_expires_at", "attempts", "code_sent", "codes_made"])
    return code


def check_code(link: Link, code: str, now: datetime) -> bool:
    """Whether the code is right; counts the try. Five wrong ones kill a code, and so does its use."""
    if not link.code_hash or not link.code_expires_at or now > link.code_expires_at or link.attempts >= MOST_ATTEMPTS:
        return False
    link.attempts += 1
    right = hmac.compare_digest(bytes(link.code_hash), _code_hash(link, code.strip()))
    if right:
        link.code_hash, link.code_sent = None, 0
    link.save(update_fields=["attempts", "code_hash", "code_sent"])
    return right


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _code_hash(link: Link, code: str) -> bytes:
    return hmac.digest(ground.secret("package-codes"), bytes(link.token_hash) + code.encode(), hashlib.sha256)
