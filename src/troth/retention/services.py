"""The room's one door for acts: sweep what is due, confirm or let go what is up for review."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.people import queries as people_queries
from troth.people import services as people
from troth.policy.model import Policy
from troth.retention import queries, rules
from troth.retention.models import Sweep
from troth.systems import services as systems
from troth.systems.files.system import FilesSystem
from troth.systems.kit.outcomes import SystemProblem
from troth.versions import queries as versions
from troth.work import services as work

Reigns = Sequence[tuple[Policy, datetime, datetime]]


class NothingPublished(RuntimeError):
    """No policy is published: nothing says how long anything may stay."""


def sweep(now: datetime, *, dry_run: bool = False) -> rules.Report:
    """Erase what is past its period in every files system and in the vault, and list what is due for review.

    A store that cannot be read does not stop the others; its line says `could not tell`. With `dry_run` nothing
    changes and the report says what would. Raises NothingPublished.
    """
    version = versions.current(now)
    if version is None:
        raise NothingPublished("no policy is published: run `troth publish DIR` first")
    lines = _sweep_files(queries.reigns(now) or ((version.policy, now, now),), now, dry_run=dry_run)
    due = people.erase_due(now, dry_run=dry_run)
    report = rules.Report(now, dry_run, lines, due.records, due.values, len(people_queries.due_for_review(now)))
    if not dry_run:
        with transaction.atomic():
            Sweep.objects.create(at=now, report=report.as_json())
    return report


def sweep_unattended(now: datetime) -> rules.Report | None:
    """The sweep of every night. None, with a staff task instead, where the clock may have jumped ahead.

    A person who finds the clock right runs `troth sweep` once; from then on the nights go on by themselves. Raises
    NothingPublished.
    """
    if not queries.clock_doubtful(now):
        return sweep(now)
    last = queries.last_known(now)
    told = f"{last:%Y-%m-%d}" if last else "never"
    work.open_task(
        kind="sweep",
        title="The sweep of the night did not run: look at the clock",
        instructions=(
            f"The last sweep was on {told}, and the clock says {now:%Y-%m-%d %H:%M} UTC. If that is right, run "
            "`troth sweep --dry-run`, then `troth sweep`; after that the nights go on by themselves. If it is not, "
            "set the clock. Nothing was erased."
        ),
        subject=("setting", "clock"),
        key=f"sweep-clock:{last.isoformat() if last else ''}",
        now=now,
    )
    return None


def _sweep_files(reigns: Reigns, now: datetime, *, dry_run: bool) -> tuple[rules.Line, ...]:
    try:
        stores = systems.registry().files()
    except SystemProblem as problem:
        return (rules.Line("systems", "all", "", "", "could not tell", 0, 0, 0, str(problem)),)
    if stores and not dry_run:
        with transaction.atomic():  # before anything goes: a kill in between leaves no act without its record
            evidence.append("sweep.started", facts={"stores": tuple(store.name for store in stores)}, at=now)
    return tuple(_sweep_class(store, name, reigns, now, dry_run=dry_run) for store in stores for name in store.classes)


def _sweep_class(system: FilesSystem, name: str, reigns: Reigns, now: datetime, *, dry_run: bool) -> rules.Line:
    rule = system.classes[name].rule or ""
    try:
        cutoff = rules.kept_cutoff(reigns, rule, now)
        done = system.sweep(name, cutoff.before, dry_run=dry_run)
    except KeyError:
        said = f"the policy has no retention rule `{rule}`" if rule else "the class names no retention rule"
        return rules.Line(system.name, name, rule, "", "could not tell", 0, 0, 0, said)
    except rules.NoPeriod as problem:
        return rules.Line(system.name, name, rule, "", "could not tell", 0, 0, 0, str(problem))
    except (SystemProblem, OSError) as problem:
        return rules.Line(system.name, name, rule, "", "could not tell", 0, 0, 0, _said(problem))
    left = len(done.kept_unreadable) + len(done.refused)
    untold = f"{left} files could not be judged and were left" if left else ""
    busy = f"{len(done.busy)} files are still written to and go another time" if done.busy else ""
    line = rules.Line(
        store=system.name,
        kind=name,
        rule=rule,
        before=cutoff.before.isoformat(),
        outcome="could not tell" if untold else "swept",
        erased=done.files_erased,
        rewritten=done.files_rewritten,
        lines=done.lines_erased,
        note="; ".join(filter(None, (untold, busy))),
    )
    if not dry_run and (line.erased or line.lines):
        _evidence(line, cutoff, now)
    return line


def _said(problem: Exception) -> str:
    return str(problem.strerror or "cannot be read") if isinstance(problem, OSError) else str(problem)


@transaction.atomic
def _evidence(line: rules.Line, cutoff: rules.Cutoff, now: datetime) -> None:
    facts: dict[str, JSON] = {
        "store": line.store,
        "class": line.kind,
        "rule": line.rule,
        "before": cutoff.before.isoformat(),
        "files": line.erased,
        "lines": line.lines,
    }
    evidence.append("sweep.erased", facts=facts, at=now)


def keep(record_id: UUID, *, by: str, now: datetime) -> datetime:
    """A person says that a record is still needed; returns its next review day. Raises LookupError, ValueError."""
    return people.confirm_needed(record_id, by=by, now=now)


def let_go(record_id: UUID, *, now: datetime) -> int:
    """A person says that a record is not needed any more: it goes. Returns how many went."""
    return people.erase_records([record_id], reason="review", now=now)
