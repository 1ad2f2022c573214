"""Everybody whom a change of policy concerns was told before its day, as the evidence log has it.

Looked at: the version in force and those to come. Judged from entries alone: whoever publishes writes how many are to
be told, every batch that was told, and what stood when the day came.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from troth.evidence import queries as evidence
from troth.evidence.values import EntryView
from troth.policy import plain
from troth.verification.rules import Outcome, Result
from troth.verification.world import World

ID = "changes-told"
EXPECTED = "everybody whom the change concerns is told before the day"
WHERE = "changes"
KINDS = ("policy.addressed", "policy.told", "policy.in-effect")


@dataclass
class Telling:
    """What the log says of one version. `planned` people by its plan, None without one. `settled`: told, with staff,
    or concerned no more; `late`: told on the day or after it; `kept_here`: letters no mail server was given."""

    planned: int | None = None
    addressed: int = 0
    settled: int = 0
    late: int = 0
    kept_here: int = 0
    left: int = 0
    tasks: set[str] = field(default_factory=set)

    @property
    def waiting(self) -> int:
        """Still to be told. Each of the two numbers may be too high: who was erased counts in the one, who is told by
        another worker at this moment in the other."""
        return max(0, min(self.left, self.addressed - self.settled))

    def hear(self, kind: str, facts: Mapping[str, Any], *, late: bool) -> None:
        """Take in the version's next entry."""
        match kind:
            case "policy.addressed":
                self.addressed += facts["people"]
                self.left += facts["people"]
            case "policy.told":
                self.settled += facts["told"] + facts["by_hand"] + facts["spared"]
                self.late += (facts["told"] + facts["by_hand"]) * late
                self.kept_here += facts["kept_here"]
                self.left = facts["waiting"]
                self.tasks.update(facts["tasks"])
            case _:
                self.left = facts.get("waiting", self.left)


def check(world: World) -> Iterator[Result]:
    published = {facts["version"]: facts for _, facts in _entries("policy.published")}
    days = {id: date.fromisoformat(facts["effective"]) for id, facts in published.items()}
    own = str(world.version.id)
    if own not in published:
        subject, found = f"Version {world.version.number}", "the log has no entry of its publication"
        yield Result(ID, subject, "could not tell", EXPECTED, found, WHERE, "run `troth evidence audit`")
    numbers = {facts["number"]: id for id, facts in published.items()}
    looked_at = {id: days[id] for number, id in sorted(numbers.items()) if id == own or number > world.version.number}
    heard = _heard(looked_at, numbers)
    for id, day in looked_at.items():
        closed = evidence.first_about("task", heard[id].tasks, ("task.done", "task.dropped"))
        yield judge(published[id]["number"], day, heard[id], closed, world.now)


def _heard(days: Mapping[str, date], numbers: Mapping[int, str]) -> dict[str, Telling]:
    heard = {id: Telling() for id in days}
    for _, facts in _entries("policy.planned"):
        if told := heard.get(numbers.get(facts["number"], "")):
            told.planned = facts["people"]
    entries = [(entry, facts) for kind in KINDS for entry, facts in _entries(kind) if facts.get("version") in heard]
    for entry, facts in sorted(entries, key=lambda each: each[0].id):
        id = facts["version"]
        heard[id].hear(entry.kind, facts, late=entry.at >= _begin(days[id]))
    return heard


def _entries(kind: str) -> Iterator[tuple[EntryView, Mapping[str, Any]]]:
    return ((entry, entry.facts) for entry in evidence.every(kind))


def judge(number: int, day: date, heard: Telling, closed: Mapping[str, datetime], now: datetime) -> Result:
    """The verdict on one version. `closed`: staff tasks → when they were closed."""
    come = now >= _begin(day)
    open_tasks = sum(not (task in closed and closed[task] < _begin(day)) for task in heard.tasks)
    details = {"to_tell": heard.addressed, "settled": heard.settled, "waiting": heard.waiting, "late": heard.late}
    outcome, found, step = _verdict(heard, open_tasks, come=come)
    subject = f"Version {number}, in force from {plain.day(day)}"
    return Result(ID, subject, outcome, EXPECTED, found, WHERE, step, details | {"open_tasks": open_tasks})


def _verdict(heard: Telling, open_tasks: int, *, come: bool) -> tuple[Outcome, str, str]:
    if heard.planned and not heard.addressed:
        return "could not tell", f"its plan was to tell {_people(heard.planned)}, and the log does not say who was", ""
    if not heard.addressed:
        return "kept", "nobody had to be told", ""
    how = "told or given to staff" if heard.tasks else "told"
    told = f"{heard.settled:,} of {_people(heard.addressed)} {how}"
    missing = [f"{heard.waiting:,} not yet told"] * bool(heard.waiting)
    missing += [f"{heard.late:,} told too late"] * bool(heard.late)
    missing += [f"staff tasks not done before the day: {open_tasks:,}"] * bool(open_tasks and come)
    missing += [f"open staff tasks: {open_tasks:,}"] * bool(open_tasks and not come)
    kept_here = [f"letters that stayed here, for want of a mail server: {heard.kept_here:,}"] * bool(heard.kept_here)
    found = "; ".join([told, *missing, *kept_here])
    if missing:
        step = "see that a worker runs, and finish the staff tasks"
        return "broken" if come else "warned", found, step
    if kept_here:
        return "could not tell" if come else "warned", found, "set TROTH_SMTP_URL, and tell these people"
    return "kept", found, ""


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
