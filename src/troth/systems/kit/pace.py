"""How fast, how often again: the vendor's word (429, Retry-After, rate headers), rates a connector knows, jitter."""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from troth.systems.kit.rates import LONGEST, Rate, exhausted

log = logging.getLogger("troth.systems")

FIRST_PAUSE = 0.2
DEFAULT_WAIT = timedelta(seconds=10)
LOOK_AGAIN = 1.0  # seconds after which a process looks anew whether another was asked to wait
BATCH = 0.1  # seconds' worth of calls that a process takes at a time
LEASE = 1.0  # seconds for which it may use them; unused ones are lost, so that nobody saves them up
CAREFUL = 4  # a process that cannot ask the others goes at a quarter of the rate


def retry_after(header: str | None, now: datetime) -> timedelta:
    """The Retry-After header, in seconds or as an HTTP date; ten seconds when it is absent or unreadable."""
    if not header:
        return DEFAULT_WAIT
    try:
        wait = timedelta(seconds=float(header))
    except (ValueError, OverflowError):
        try:
            at = parsedate_to_datetime(header)
        except ValueError:
            return DEFAULT_WAIT
        wait = at.replace(tzinfo=at.tzinfo or UTC) - now
    return min(max(wait, timedelta(0)), LONGEST)


def backoff(attempt: int) -> float:
    """Seconds before attempt `attempt` + 1: doubling, with full jitter so that workers do not march in step."""
    return FIRST_PAUSE * (1 << attempt) * random.uniform(0.5, 1.5)


class LedgerDown(Exception):
    """The record that all workers share cannot be asked now."""


class Ledger(Protocol):
    """What all workers of a deployment know of one another's calls, in one place, by one clock."""

    def take(self, key: str, calls: int, rate: Rate, patience: float) -> float:
        """Seconds until `calls` may be made, which are counted if that is within `patience`. Raises `LedgerDown`."""
        ...

    def held(self, key: str) -> float:
        """Seconds for which nobody is to call. Raises `LedgerDown`."""
        ...

    def hold(self, key: str, seconds: float) -> None:
        """Nobody is to call for so long. Raises `LedgerDown`."""
        ...

    def release(self, account: str) -> None:
        """Whoever was told to wait, for any class of calls, need not any more. Raises `LedgerDown`."""
        ...


@dataclass
class _Bucket:
    """One class of calls, as this process knows it; times are of its own clock."""

    held_until: float = 0.0
    arrives: float = 0.0  # when the last call counted here is paid for
    lease: int = 0
    lease_from: float = 0.0
    lease_until: float = 0.0
    look_again: float = 0.0
    agreed: bool = False  # the ledger knows of the hold, so that it can also end it


class Pace:
    """How fast one account of a vendor is called, by all threads and, with a ledger, by all processes.

    Nobody calls before the time the vendor named. Where a rate is known, for all calls (the empty name) or for a class
    of them, nobody calls more often than that. A ledger that fails never stops work and never opens the gates: the
    vendor's word still holds in this process, a known rate is kept at a quarter, and the log says so.
    """

    def __init__(
        self,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        *,
        rates: Mapping[str, Rate] | None = None,
    ) -> None:
        self.sleep = sleep
        self._clock = clock
        self._rates = dict(rates or {})
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}
        self._ledger: Ledger | None = None
        self._account = ""
        self._told_at = -60.0

    def share(self, ledger: Ledger, account: str) -> None:
        """From now on count together with all who share `ledger` and call the same `account`."""
        self._ledger, self._account = ledger, account

    def turn(self, kind: str = "", patience: float = 0.0) -> float:
        """Seconds to pause before a call of this class, which is counted if that is within `patience` seconds."""
        kind = kind if kind in self._rates else ""
        with self._lock:
            bucket, now = self._bucket(kind), self._clock()
            held = bucket.held_until - now
            if held > patience and (held := self._still_held(kind, bucket, now)) > patience:
                return held
            wait = self._shared(kind, bucket, now, patience) if self._ledger else self._own(kind, bucket, now, patience)
            return max(held, wait, 0.0)

    def hold(self, wait: timedelta, kind: str = "") -> None:
        """No calls of this class for so long."""
        kind = kind if kind in self._rates else ""
        with self._lock:
            bucket = self._bucket(kind)
            bucket.held_until = max(bucket.held_until, self._clock() + wait.total_seconds())
            if self._ledger and wait:
                try:
                    self._ledger.hold(self._key(kind), wait.total_seconds())
                    bucket.agreed, bucket.look_again = True, self._clock() + LOOK_AGAIN
                except LedgerDown as error:
                    bucket.agreed = False
                    self._tell(error)

    def resume(self) -> None:
        """The vendor's word holds no longer: somebody knows better (its support lifted a limit).

        Other processes notice within a second.
        """
        with self._lock:
            for bucket in self._buckets.values():
                bucket.held_until = 0.0
            if self._ledger:
                try:
                    self._ledger.release(self._account)
                except LedgerDown as error:
                    self._tell(error)

    def left(self) -> timedelta:
        """How long the vendor's word still holds, for whichever class of calls it holds longest."""
        with self._lock:
            now = self._clock()
            helds = [self._still_held(kind, self._bucket(kind), now) for kind in {"", *self._rates}]
            return timedelta(seconds=max(0.0, *helds))

    def heed(self, headers: Mapping[str, str], now: datetime, kind: str = "") -> None:
        """A reply that says no call is left before some time: wait for it instead of being refused."""
        wait = exhausted(headers, now)
        if wait:
            self.hold(wait, kind)

    def _still_held(self, kind: str, bucket: _Bucket, now: float) -> float:
        """Seconds of the hold: the ledger's word, asked once in a while, where the hold is one all know of."""
        if self._ledger and now >= bucket.look_again and (bucket.agreed or bucket.held_until <= now):
            try:
                bucket.held_until = now + self._ledger.held(self._key(kind))
                bucket.agreed, bucket.look_again = True, self._clock() + LOOK_AGAIN
            except LedgerDown as error:
                self._tell(error)
        return bucket.held_until - now

    def _bucket(self, kind: str) -> _Bucket:
        return self._buckets.setdefault(kind, _Bucket())

    def _key(self, kind: str) -> str:
        return f"{self._account}:{kind}" if kind else self._account

    def _shared(self, kind: str, bucket: _Bucket, now: float, patience: float) -> float:
        assert self._ledger
        try:
            rate = self._rates.get(kind)
            if rate is not None:
                return self._leased(self._ledger, kind, bucket, rate, patience)
            if now >= bucket.look_again:
                held = now + self._ledger.held(self._key(kind))
                bucket.agreed = bucket.agreed or held >= bucket.held_until
                bucket.held_until = max(bucket.held_until, held)
                bucket.look_again = self._clock() + LOOK_AGAIN
            return bucket.held_until - now
        except LedgerDown as error:
            self._tell(error)
            return self._own(kind, bucket, now, patience, share=CAREFUL)

    def _leased(self, ledger: Ledger, kind: str, bucket: _Bucket, rate: Rate, patience: float) -> float:
        """A call of those taken already, or of a few more taken now: one question for many calls."""
        now = self._clock()
        if not bucket.lease or now >= bucket.lease_until:
            few = max(1, min(rate.burst, int(BATCH / rate.interval)))
            wait = ledger.take(self._key(kind), few, rate, patience)
            if wait > patience:
                return wait
            now = self._clock()
            bucket.lease, bucket.lease_from, bucket.lease_until = few, now + wait, now + wait + LEASE
        bucket.lease -= 1
        return max(0.0, bucket.lease_from - now)

    def _own(self, kind: str, bucket: _Bucket, now: float, patience: float, share: int = 1) -> float:
        """The same count, of this process alone."""
        rate = self._rates.get(kind)
        if rate is None:
            return bucket.held_until - now
        interval = rate.interval * share
        wait = max(0.0, bucket.arrives - (rate.burst - 1) * interval - now)
        if wait <= patience:
            bucket.arrives = max(bucket.arrives, now) + interval
        return wait

    def _tell(self, error: LedgerDown) -> None:
        if self._clock() - self._told_at >= 60:
            self._told_at = self._clock()
            log.warning(
                "%s: workers cannot agree on its pace now (%s); each goes at a quarter of the known rate, and heeds "
                "only what it was told itself",
                self._account,
                error,
            )
