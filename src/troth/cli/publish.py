"""`troth publish`: from its day on this policy is what runs."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth import ground
from troth.cli import database
from troth.cli import plan as plans
from troth.cli.output import Exit, print_json, say

if TYPE_CHECKING:
    from troth.policy.model import Policy
    from troth.publishing.rules import Plan
    from troth.publishing.services import Hindered, PlanNeeded, StalePlan
    from troth.versions.values import Version

NOTHING = {"ok": False, "published": False}


def run(
    folder: Annotated[Path, typer.Argument(help="The folder with the policy's files.")],
    plan: Annotated[str | None, typer.Option("--plan", help="The digest that `troth plan` printed.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Publish although the plan is larger than the limit.")] = False,
    limit: Annotated[int | None, plans.LIMIT] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")] = False,
) -> None:
    """Publish a policy: a new, immutable version. The first needs no plan, every change the digest of its plan.

    The plan is made again, and applied only if it is the same. Exit code 1, with nothing published, if it is not, if
    something stands against it, or if the policy has an error; 2 without a plan; 3 if it or the database cannot be
    read.
    """
    loaded = plans.load(folder)
    policy = plans.whole(loaded, folder, json=json, ends=NOTHING)
    database.ready()
    from troth.publishing import services

    now = ground.clock()
    most = ground.settings().plan_limit if limit is None else limit
    with database.reading():
        try:
            done = services.publish(policy, loaded.places, plan=plan, by="cli", now=now, limit=most, force=force)
        except services.AlreadyPublished as already:
            _tell(already.version, None, json=json)
        except services.PlanNeeded as needed:
            _plan_needed(needed, policy, folder, json=json, limit=most)
        except services.StalePlan as stale:
            _stale(stale, plan or "", policy, folder, json=json)
        except services.Hindered as hindered:
            _hindered(hindered, json=json)
        else:
            _tell(done.version, done.plan, json=json)


def _plan_needed(needed: "PlanNeeded", policy: "Policy", folder: Path, *, json: bool, limit: int) -> None:
    from troth.publishing import services

    obstacles = services.hindrances(needed.plan, now=ground.clock(), limit=limit)
    plans.show(needed.plan, policy, folder, obstacles, json=json, **NOTHING)
    if not json:
        say("nothing was published: read the plan, then publish it by its digest")
    raise typer.Exit(int(Exit.USAGE))


def _stale(stale: "StalePlan", digest: str, policy: "Policy", folder: Path, *, json: bool) -> None:
    now = plans.words(stale.plan, policy)
    before = plans.recall(digest)
    plans.remember(stale.plan, now)
    different = [line for line in difflib.ndiff(before or [], now) if line[:1] in "+-"] if before else []
    command = f"troth publish {folder.as_posix()} --plan {stale.plan.digest}"
    if json:
        more = {"stale": digest, "different": different, "plan": stale.plan.as_json(), "words": now, "command": command}
        print_json(NOTHING | more)
    else:
        _say_stale(now, different, known=before is not None, digest=digest)
        say(f"to publish what it would do now: {command}")
    raise typer.Exit(int(Exit.BROKEN))


def _say_stale(now: list[str], different: list[str], *, known: bool, digest: str) -> None:
    say("nothing was published: the plan is not what it was when it was approved")
    if known:
        say("what is different now:" if different else "its words are the same; what stands behind them changed")
    else:
        say(f"no plan `{digest[:12]}` was made here; this is what it would do now:")
    for line in different if known else now:
        say(f"  {line}")


def _hindered(hindered: "Hindered", *, json: bool) -> None:
    from troth.publishing.rules.explain import as_json, hindrance

    if json:
        reasons = [as_json(obstacle) for obstacle in hindered.obstacles]
        print_json(NOTHING | {"obstacles": reasons, "plan": hindered.plan.as_json()})
    else:
        for obstacle in hindered.obstacles:
            say(f"error: {hindrance(obstacle)}")
        say("nothing was published")
    raise typer.Exit(int(Exit.BROKEN))


def _tell(version: "Version", plan: "Plan | None", *, json: bool) -> None:
    from troth.policy import plain
    from troth.versions import queries

    current = queries.current(ground.clock()) or version
    if json:
        print_json(_document(version, current, plan))
        return
    new = plan is not None
    say(f"{'published' if new else 'already published'} as version {version.number}, digest {version.digest[:12]}")
    if plan is not None and plan.people:
        from troth.publishing.rules.explain import counted

        say(f"letters go to {counted(plan.people)} before it takes effect, as soon as a worker runs")
    if version.number > current.number:
        say(f"version {current.number} stays in force until it takes effect on {plain.day(version.effective)}")
    if version.number < current.number:
        say(f"version {current.number} is in force; to go back, give this text a new effective date and publish it")


def _document(version: "Version", current: "Version", plan: "Plan | None") -> dict[str, Any]:
    return {
        "ok": True,
        "published": plan is not None,
        "version": {
            "id": version.id,
            "number": version.number,
            "digest": version.digest,
            "effective": version.effective,
            "published_at": version.published_at.isoformat(),
        },
        "in_force": current == version,
        "plan": plan.as_json() if plan else None,
    }
