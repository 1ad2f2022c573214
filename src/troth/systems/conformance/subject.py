"""A connector with its double, watched: nothing personal may show in what it says, calls or answers."""

import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from troth.systems.conformance.scenario import Record, Scenario
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Found, Outcome, Pending, SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas import manifest

ASKED_FOR = ["failure asked for"]
ROUNDS = 20  # of an erasure that takes several steps: far more than any vendor has
TELLING = 5  # characters from which a value, other than an identifier, is looked for in URLs and texts
STRANGER = {
    "email": "nobody@nowhere.example",
    "phone": "+15005550000",
    "account": "no-such-account",
    "device": "00000000-0000-4000-8000-000000000000",
}


@dataclass
class Subject:
    """One connector, its double at `address`, and what the suite asks of them."""

    scenario: Scenario
    address: str

    def __post_init__(self) -> None:
        self.system = self.made()

    def made(self, **settings: Any) -> SaasSystem:
        """The connector, as another process would make it. `settings` replace those of the scenario."""
        base = f"{self.address}/{self.scenario.vendor}"
        urls = {"url": base, **{name: base + path for name, path in self.scenario.urls.items()}}
        quick = {"patience": 0.5, "timeout": 5, "allow_private": True}
        config = {**urls, **quick, **self.scenario.settings, **settings}
        system = self.connector().from_config(self.scenario.vendor, config, Path("/nowhere"))
        system.pace.sleep = lambda _: None  # that it pauses is tested where pauses are made
        return system

    def connector(self) -> type[SaasSystem]:
        return manifest.connector(self.scenario.vendor, self.scenario.own)

    def ask(self, act: str, **given: Any) -> Any:
        """`state`, `calls`, `reset`, `heal`, `seed`, `advance`, `expire`, `fail` of the sandbox."""
        read = act in ("state", "calls")
        request = urllib.request.Request(  # noqa: S310 the sandbox of this process
            f"{self.address}/_sandbox/{self.scenario.vendor}/{act}",
            method="GET" if read else "POST",
            data=None if read else json.dumps(given).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as reply:  # noqa: S310
            return json.load(reply)

    def seed(self) -> None:
        self.ask("seed", **self.scenario.seed)

    def records(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask("state")["records"]
        return rows

    def mine(self) -> list[Record]:
        return [record for record in self.records() if self.scenario.mine(record)]

    def others(self) -> list[Record]:
        return [record for record in self.records() if not self.scenario.mine(record)]

    def operations(self) -> list[str]:
        """The operations called since the last reset, each once, in order."""
        return list(dict.fromkeys(call["operation"] for call in self.ask("calls") if call["operation"]))

    # the verbs, watched

    def find(self, who: Identifiers | None = None) -> Found:
        outcome = self.clean(self.system.find(self.scenario.person if who is None else who))
        assert isinstance(outcome, Found), f"find answered {outcome!r}"
        return outcome

    def erase(self, who: Identifiers | None = None, *, key: str = "erase-1") -> Outcome:
        """Erase, and look again until it has ended, each time as a process that knows nothing but the token."""
        outcome = self.clean(self.system.erase(self.scenario.person if who is None else who, key=key))
        for _ in range(ROUNDS):
            if not isinstance(outcome, Pending):
                break
            self.ask("advance")
            outcome = self.clean(self.made().check(outcome.token))
        assert not isinstance(outcome, Pending), f"the erasure does not end within {ROUNDS} rounds"
        return outcome

    def rectify(self, *, key: str = "rectify-1") -> Outcome:
        return self.clean(self.system.rectify(self.scenario.person, self.scenario.changes, key=key))

    def suppress(self, *, key: str = "suppress-1") -> Outcome:
        return self.clean(self.system.suppress(self.scenario.person, key=key))

    def deliver(self, *, key: str = "deliver-1", **values: str) -> Done:
        outcome = self.clean(self.system.deliver(self.outgoing(**values), key=key))
        assert isinstance(outcome, Done), f"deliver answered {outcome!r}"
        return outcome

    def oldest(self) -> Outcome:
        return self.clean(self.system.oldest())

    def outgoing(self, **values: str) -> Outgoing:
        """The scenario's delivery, with more items."""
        it = self.scenario.outgoing
        assert it is not None
        return Outgoing(it.record, it.touchpoint, it.row, it.purposes, {**it.values, **values}, it.marketing)

    def offers(self, verb: str) -> bool:
        return verb not in self.connector().INSTEAD

    def has(self, verb: str) -> bool:
        """Whether the verb is offered; where not, it must be answered as the capability table says."""
        if not self.offers(verb):
            assert self.asked(verb) == self.connector().INSTEAD[verb]
        return self.offers(verb)

    def asked(self, verb: str) -> Outcome:
        """What a verb answers to the least that can be asked of it."""
        who = self.scenario.person
        asks: dict[str, Callable[[], Outcome]] = {
            "find": lambda: self.system.find(who),
            "oldest": self.system.oldest,
            "erase": lambda: self.system.erase(who, key="asked"),
            "suppress": lambda: self.system.suppress(who, key="asked"),
            "rectify": lambda: self.system.rectify(who, {}, key="asked"),
            "deliver": lambda: self.system.deliver(Outgoing("r", "t", "row", (), {}, False), key="asked"),
        }
        return self.clean(asks[verb]())

    def probe(self, system: SaasSystem | None = None) -> Outcome:
        """An act that needs the vendor: the first of find, oldest, erase that is offered, else the test."""
        system = system or self.system
        if self.offers("find"):
            return self.clean(system.find(self.scenario.person))
        if self.offers("oldest"):
            return self.clean(system.oldest())
        if self.offers("erase"):
            return self.clean(system.erase(self.scenario.person, key="probe"))
        return self.clean(system.test())

    # what may not show

    @contextmanager
    def trouble(self, *consequences: str) -> Iterator[list[SystemProblem]]:
        """The block must raise a `SystemProblem` of one of these consequences; the list then holds it."""
        caught: list[SystemProblem] = []
        with pytest.raises(SystemProblem) as raised:
            yield caught
        caught.append(raised.value)
        assert raised.value.consequence in consequences, f"{raised.value.consequence}: {raised.value}"
        assert not self.personal_in(str(raised.value)), f"a personal value in: {raised.value}"

    def clean(self, outcome: Outcome) -> Outcome:
        """The outcome, if neither its repr nor its evidence nor its token tells anything personal."""
        told = [repr(outcome)]
        if isinstance(outcome, Done):
            told += [json.dumps(outcome.evidence), *map(repr, outcome.remains)]
        if isinstance(outcome, Pending):
            told.append(outcome.token)
        shown = [value for text in told for value in self.personal_in(text)]
        assert not shown, f"personal values in a {type(outcome).__name__}: {shown}"
        return outcome

    def personal(self) -> frozenset[str]:
        """Every value of the person that must not show, in lower case."""
        who = [value for kind in fields(Identifiers) for value in getattr(self.scenario.person, kind.name)]
        sent = self.scenario.outgoing.values.values() if self.scenario.outgoing else ()
        more = [value for value in (*sent, *self.scenario.changes.values()) if len(value) >= TELLING]
        return frozenset(value.lower() for value in (*who, *more))

    def personal_in(self, text: str) -> list[str]:
        plain = text.lower()
        return sorted(value for value in self.personal() if value in plain or value in unquote_plus(plain))

    def broken_contracts(self) -> list[Any]:
        """Calls that broke the vendor's terms."""
        return [call for call in self.ask("calls") if call["faults"] and call["faults"] != ASKED_FOR]

    def telling_urls(self) -> list[Any]:
        """Calls with something personal in their URL that the scenario does not excuse."""
        calls = [call for call in self.ask("calls") if call["operation"] not in self.scenario.in_urls]
        return [call for call in calls if self.personal_in(call["path"])]


def stranger(scenario: Scenario) -> Identifiers:
    """Identifiers of the same kinds as the person's that nobody has."""
    return scenario.stranger or like(scenario.person, STRANGER)


def like(person: Identifiers, values: Mapping[str, str]) -> Identifiers:
    """The kinds of identifier a person has, with other values."""
    kinds = [kind.name for kind in fields(Identifiers) if getattr(person, kind.name)]
    return Identifiers(**{kind: (values[kind],) for kind in kinds})
