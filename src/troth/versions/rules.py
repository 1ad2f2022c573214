"""Which version holds, and how a shown text is named. Pure."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
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


class Published(Dated, Protocol):
    """What `reigns` needs to know of a version."""

    @property
    def published_at(self) -> datetime: ...


P = TypeVar("P", bound=Published)


def reigns(versions: Iterable[P], now: datetime) -> list[tuple[P, datetime, datetime]]:
    """When each version was in force up to `now`: (version, from, to), in the order in which they took effect.

    A version takes effect at the start of its day (UTC), or when it was published if that was later, and ends when a
    later one takes effect. The first holds from the beginning of time: data older than it was promised nothing less.
    """
    starts = [(v, max(datetime.combine(v.effective, time(), UTC), v.published_at)) for v in versions]
    begun = sorted((pair for pair in starts if pair[1] <= now), key=lambda pair: (pair[1], pair[0].number))
    # a version that a later one overtook was never in force
    begun = [(v, at) for v, at in begun if not any(o.number > v.number and since <= at for o, since in begun)]
    ends = [at for _, at in begun[1:]] + [now]
    return (
        [
            (v, datetime.min.replace(tzinfo=UTC) if nth == 0 else at, end)
            for nth, ((v, at), end) in enumerate(zip(begun, ends, strict=True))
        ]
        if begun
        else []
    )


def text_digest(*texts: str) -> str:
    """SHA-256 hex of exactly these texts in this order; where one ends and the next begins counts too."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
