"""What a system is to the rest of the product: a name and six verbs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered, Outcome

VERBS = ("find", "erase", "rectify", "suppress", "deliver", "oldest")
"""What a system can be asked, in the order people read it."""


@dataclass(frozen=True, repr=False)
class Outgoing:
    """What is to be delivered of one record: only the items this recipient needs, already permitted.

    `record` is the record's id, `row` the touchpoint row that names the recipient, `purposes` those that hold now,
    `values` item id → value, `marketing` whether the row is a marketing row the person agreed to.
    """

    record: str
    touchpoint: str
    row: str
    purposes: tuple[str, ...]
    values: Mapping[str, str]
    marketing: bool

    def __repr__(self) -> str:
        return f"Outgoing(record={self.record!r}, row={self.row!r}, items={sorted(self.values)})"


class System:
    """A system that holds personal data. A verb a subclass does not write is answered as `INSTEAD` says.

    Every verb may raise `SystemProblem`. Every effect takes `key`: the same key never makes the effect twice.
    """

    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {}
    """Verb → why the vendor does not offer it (reason, source, what to do by hand), or by what it goes by itself."""
    LIMITS: ClassVar[Mapping[str, str]] = {}
    """Verb that is offered → what it does not reach, in one sentence: for the capability table."""

    def __init__(self, name: str, *, title: str, recipient: str | None = None) -> None:
        self.name = name
        self.title = title
        self.recipient = recipient

    def instead(self) -> Mapping[str, NotOffered | Expires]:
        """`INSTEAD`, and what this very system does not do, as it is set up. Asks it nothing."""
        return self.INSTEAD

    def find(self, who: Identifiers) -> Outcome:
        """`Found`: everything held about the person under these identifiers."""
        return self._unwritten("find")

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Erase for good. `Done` or, when the vendor finishes later, `Pending`. Harmless when nothing is there."""
        return self._unwritten("erase")

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Correct the person's data: item id → right value."""
        return self._unwritten("rectify")

    def suppress(self, who: Identifiers, *, key: str) -> Outcome:
        """Stop marketing to the person there."""
        return self._unwritten("suppress")

    def deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """Hand over a record. `Done(evidence={"id": the system's id of it, …})`."""
        return self._unwritten("deliver")

    def oldest(self) -> Outcome:
        """`Done(evidence={"oldest": ISO time or None, …})`: when the oldest thing held there was recorded."""
        return self._unwritten("oldest")

    def test(self) -> Done:
        """The smallest harmless call that needs address and credentials: "test connection".

        `Done(evidence={"account": what the system calls itself there, …})`, nothing personal. Raises `SystemProblem`,
        and NotImplementedError where the connector has none.
        """
        raise NotImplementedError

    def check(self, token: str) -> Outcome:
        """How an act that answered `Pending(token)` stands now."""
        return self._unwritten("check")

    def _unwritten(self, verb: str) -> Outcome:
        return self.instead().get(verb) or NotOffered(
            reason=f"the {type(self).__name__} connector of {self.title} has no {verb}",
            source=f"{type(self).__module__} does not define it",
            manual_steps=f"do it by hand in {self.title} and record the proof with the task",
        )


@runtime_checkable
class MarketingList(Protocol):
    """A system that can say to whom marketing e-mail is switched on."""

    def marketed(self) -> Iterator[str]:
        """E-mail addresses of everyone now subscribed to marketing e-mail there."""
        ...


@runtime_checkable
class Columns(Protocol):
    """A system that can compare the columns it declares with those that exist."""

    def columns(self) -> tuple[frozenset[str], frozenset[str]]:
        """(declared, live), each `table.column`."""
        ...
