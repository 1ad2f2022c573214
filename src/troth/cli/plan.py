"""`troth plan`: what publishing a policy would do here."""

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth import ground
from troth.cli import database
from troth.cli.output import Exit, fail, print_json, say

if TYPE_CHECKING:
    from troth.policy.load import Loaded
    from troth.policy.model import Policy
    from troth.publishing.queries import Progress
    from troth.publishing.rules import Obstacle, Plan
    from troth.versions.values import Version

LIMIT = typer.Option("--limit", min=0, help="How many people, consents and records at most without --force.")
REMEMBERED = 50
"""Plans whose words are kept in the home, to say what is different when one has become stale."""


def run(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder with the policy's files; without one, what was published so far.")
    ] = None,
    limit: Annotated[int | None, LIMIT] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Say what publishing a policy would do here: who is told, which consents end, what stops, what stays.

    Nothing is changed. The digest at the end stands for exactly this plan: `troth publish` takes it. Without a folder,
    says of every version published so far how far telling people is. Exit code 1 if the policy has an error or its day
    is too soon, 3 if it or the database cannot be read.
    """
    if folder is None:
        _published(json=json)
        return
    policy = checked(folder, json=json, ends={"ok": False})
    database.ready()
    from troth.publishing import services

    now = ground.clock()
    with database.reading():
        try:
            plan = services.plan(policy, now=now)
        except services.AlreadyPublished as already:
            _tell_published(already.version, json=json)
            return
        most = ground.settings().plan_limit if limit is None else limit
        obstacles = services.hindrances(plan, now=now, limit=most)
        show(plan, policy, folder, obstacles, json=json)
    raise typer.Exit(int(Exit.BROKEN if blocking(obstacles) else Exit.FINE))


def load(folder: Path) -> "Loaded":
    """The policy read, with its problems; ends the command with 3 if it cannot be."""
    from troth.policy.load import load as read
    from troth.policy.problems import Unreadable
    from troth.systems.saas.manifest import connectors

    try:
        return read(folder, today=ground.clock().date(), connectors=connectors())
    except Unreadable as error:
        fail(str(error), Exit.UNKNOWN)


def checked(folder: Path, *, json: bool, ends: dict[str, Any]) -> "Policy":
    """The policy; ends the command with 1 and all problems if it has an error."""
    return whole(load(folder), folder, json=json, ends=ends)


def whole(loaded: "Loaded", folder: Path, *, json: bool, ends: dict[str, Any]) -> "Policy":
    """The policy that was read; ends the command with 1 and all problems if it has an error."""
    from troth.policy import render

    if loaded.policy is not None:
        return loaded.policy
    if json:
        print_json(ends | render.counts(loaded.problems) | {"problems": render.as_json(loaded.problems)})
    else:
        base = "" if folder == Path() else f"{folder.as_posix().rstrip('/')}/"
        stopping = [problem for problem in loaded.problems if problem.stops]  # the rest is for `troth check`
        say(render.text(stopping, loaded.sources, base=base))
        say("nothing was published")
    raise typer.Exit(int(Exit.BROKEN))


def show(
    plan: "Plan", policy: "Policy", folder: Path, obstacles: tuple["Obstacle", ...], *, json: bool, **more: Any
) -> None:
    """The plan, what stands against it, the command that applies it, and how far earlier changes are."""
    from troth.publishing import queries
    from troth.publishing.rules.explain import as_json, hindrance

    lines = words(plan, policy)
    remember(plan, lines)
    under_way = [done for done in queries.publications() if done.waiting or done.in_effect_at is None]
    command = f"troth publish {folder.as_posix()} --plan {plan.digest}"
    if json:
        document = {
            "ok": not blocking(obstacles),
            "plan": plan.as_json(),
            "words": lines,
            "obstacles": [as_json(obstacle) for obstacle in obstacles],
            "command": command,
            "under_way": [_progress_json(done) for done in under_way],
        }
        print_json(document | more)
        return
    for line in lines:
        say(line)
    say()
    for done in under_way:
        say(f"under way: {_progress(done)}")
    for obstacle in obstacles:
        say(f"in the way: {hindrance(obstacle)}")
    if blocking(obstacles):
        say("this cannot be published as it is: change `effective`, then plan again")
    else:
        say(f"to publish exactly this: {command}")


def words(plan: "Plan", policy: "Policy") -> list[str]:
    """The plan as lines."""
    from troth.publishing.rules.explain import explain
    from troth.versions import queries as versions

    base = versions.latest()
    return explain(plan, base.policy if base else None, policy)


def blocking(obstacles: tuple["Obstacle", ...]) -> bool:
    """Whether something stands against the plan that cannot be forced."""
    from troth.publishing.rules import TooLarge

    return any(not isinstance(obstacle, TooLarge) for obstacle in obstacles)


def remember(plan: "Plan", lines: list[str]) -> None:
    """Keep the words of a plan in the home; where that cannot be, nothing is lost but the comparison."""
    folder = ground.settings().home / "plans"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{plan.digest}.json").write_text(json_format.dumps(lines), "utf-8")
        for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-REMEMBERED]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def recall(digest: str) -> list[str] | None:
    """The words of the plan of this digest, if it was made here."""
    known = {path.stem: path for path in (ground.settings().home / "plans").glob("*.json")}
    if digest not in known:
        return None
    try:
        lines = json_format.loads(known[digest].read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return [str(line) for line in lines] if isinstance(lines, list) else None


def _tell_published(version: "Version", *, json: bool) -> None:
    if json:
        print_json({"ok": True, "plan": None, "published": {"number": version.number, "digest": version.digest}})
        return
    from troth.publishing.queries import publications
    from troth.versions import queries

    latest = queries.latest() or version
    if latest.number == version.number:
        say(f"already published as version {version.number}: nothing to do")
        for done in publications()[:1]:
            say(_progress(done))
    else:
        say(f"published before, as version {version.number}; version {latest.number} came after it")
        say("to go back, give this text a new effective date and plan that")


def _published(*, json: bool) -> None:
    database.ready()
    from troth.publishing import queries

    with database.reading():
        found = queries.publications()
    if json:
        print_json({"ok": True, "publications": [_progress_json(done) for done in found]})
        return
    for done in found:
        say(_progress(done))
    if not found:
        say("nothing was published yet: `troth publish DIR` publishes the first version")


def _progress(done: "Progress") -> str:
    from troth.policy import plain

    parts = ["nobody had to be told"]
    if done.to_tell:
        settled = done.told + done.by_hand + done.spared
        parts = [f"{settled:,} of {done.to_tell:,} people told, {done.by_hand:,} of them by staff"]
    if done.in_effect_at and done.base:
        parts.append(
            f"on the day {done.lapsed:,} consents ended, {done.withheld:,} deliveries were held back, "
            f"{done.shortened:,} records got an earlier day"
        )
    return f"version {done.number}, in force from {plain.day(done.effective)}: {'; '.join(parts)}"


def _progress_json(done: "Progress") -> dict[str, Any]:
    return {
        "number": done.number,
        "effective": done.effective,
        "to_tell": done.to_tell,
        "told": done.told,
        "by_hand": done.by_hand,
        "spared": done.spared,
        "waiting": done.waiting,
        "lapsed": done.lapsed,
        "withheld": done.withheld,
        "shortened": done.shortened,
        "in_effect_at": done.in_effect_at,
    }
