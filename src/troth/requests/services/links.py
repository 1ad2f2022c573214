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
    """A six-digit code for a package link; None when too many were asked for."""
    if link.code_sent >= MOST_CODES:
        return None
    code = f"{secrets.randbelow(1_000_000):06d}"
    link.code_hash, link.code_expires_at, link.attempts = _code_hash(link, code), now + CODE_LIVES, 0
    link.code_sent += 1
    link.save(update_fields=["code_hash", "code_expires_at", "attempts", "code_sent"])
    return code


def check_code(link: Link, code: str, now: datetime) -> bool:
    """Whether the code is right; counts the try, and after five wrong ones the code is dead."""
    if not link.code_hash or not link.code_expires_at or now > link.code_expires_at or link.attempts >= MOST_ATTEMPTS:
        return False
    link.attempts += 1
    link.save(update_fields=["attempts"])
    return hmac.compare_digest(bytes(link.code_hash), _code_hash(link, code.strip()))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _code_hash(link: Link, code: str) -> bytes:
    return hmac.digest(ground.secret("package-codes"), bytes(link.token_hash) + code.encode(), hashlib.sha256)
