"""Which version holds, and how a shown text is named. Pure."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """What `in_force` needs to know of a version."""

    @property
    def number(self) -> int: ...
    @property
    def effective(self) -> date: ...


D = TypeVar("D", bound=Dated)


def in_force(versions: Iterable[D], day: date) -> D | None:
    """The version that holds on `day`: the last published of those in effect, else the last published, else none.

    The second case is a deployment's first policy published ahead of its day: it is the only text people could be
    shown, so it is the one they are held to.
    """
    known = sorted(versions, key=lambda version: version.number)
    effective = [version for version in known if version.effective <= day]
    best = effective or known
    return best[-1] if best else None


def text_digest(*texts: str) -> str:
    """SHA-256 hex of exactly these texts in this order; where one ends and the next begins counts too."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
