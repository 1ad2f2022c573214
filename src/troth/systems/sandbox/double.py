"""What the vendors' doubles have in common. State is plain JSON, so that it can be kept in a file."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True)
class Ask:
    """A request that keeps the contract: values of the path, the query, the body as the contract's type.

    `headers`: names in lower case.
    """

    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    base_url: str
    now: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """Status, JSON body (None for no body, bytes for one that is not JSON) and headers, such as `Link`."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Double:
    """A vendor in memory. An operation of the contract is a method `do_<operation id>`."""

    vendor: ClassVar[str]

    def __init__(self, finish_after: float | None) -> None:
        self.finish_after = finish_after  # seconds until background work ends by itself; None: only by `advance`
        self.state: dict[str, Any] = self.fresh()

    def fresh(self) -> dict[str, Any]:
        """The state of an empty account."""
        raise NotImplementedError

    def authorised(self, headers: Mapping[str, str]) -> bool:
        """Whether the credential in the headers (names in lower case) is good."""
        raise NotImplementedError

    def refusal(self, status: int, code: str, message: str) -> Any:
        """The vendor's own form of an error body."""
        raise NotImplementedError

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        """Put things there, as if they had always been."""
        raise NotImplementedError

    def dump(self) -> dict[str, Any]:
        """All that is held, for looking at: `records` is a flat list."""
        raise NotImplementedError

    def advance(self) -> int:
        """Finish background work now; how many jobs that were."""
        return 0

    def expire(self) -> None:
        """Make every token given so far invalid."""

    def handle(self, operation: str, ask: Ask) -> Answer:
        """Do an operation."""
        act: Callable[[Ask], Answer] = getattr(self, f"do_{operation}")
        return act(ask)

    def error(self, status: int, code: str, message: str) -> Answer:
        return Answer(status, self.refusal(status, code, message))

    def new_number(self) -> int:
        """1, 2, 3 …"""
        number: int = self.state["next"]
        self.state["next"] = number + 1
        return number


def stamp(now: datetime) -> str:
    """ISO 8601 in UTC with milliseconds."""
    return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"


def token() -> str:
    """An unguessable word."""
    return secrets.token_hex(12)
