"""Sweep what is past its period, and verify the promises."""

import gzip
from typing import Any

from troth import ground
from troth.demo import logs, product
from troth.demo.story.stage import Ran, Stage, files_of, must

Broken = set[tuple[str, str]]


def sweep(stage: Stage) -> dict[str, Any]:
    """A log past its day goes and one under it stays; of a mixed one the old lines go. A dry run changes nothing."""
    folder, now = stage.world.logs, ground.clock()
    young = files_of(folder)
    old = [logs.plant_old(folder, now, name) for name in ("access", "torque", "recordings")]
    mixed = logs.plant_mixed(folder, now)
    before, lines = files_of(folder), len(gzip.decompress(mixed.read_bytes()).splitlines())
    dry = stage.troth("sweep", "--dry-run", "--json")
    must(dry.code == 0, "exit code 0 of the dry run", dry.err.strip()[-300:] or dry.code)
    must(files_of(folder) == before, "every file as it was after the dry run", "some changed")
    ran = stage.troth("sweep", "--json")
    must(ran.code == 0, "exit code 0 of the sweep", ran.err.strip()[-300:] or ran.code)
    must(_erased(ran) == _erased(dry), f"as the dry run said: {_erased(dry)}", _erased(ran))
    after = files_of(folder)
    stayed = [path.name for path in old if path.exists()]
    must(not stayed, "the files past their day gone", stayed)
    touched = sorted(name for name, content in young.items() if after.get(name) != content and name != mixed.name)
    must(not touched, "the files under it as they were", touched)
    left = len(gzip.decompress(mixed.read_bytes()).splitlines())
    must(left == lines // 2, f"{lines // 2} of the {lines} lines of the mixed log", left)
    return {"dry_run_changed": 0, "gone": [path.name for path in old], "kept": len(young), "mixed_lines": [lines, left]}


def _erased(ran: Ran) -> dict[str, tuple[int, int]]:
    return {line["kind"]: (line["erased"], line["lines"]) for line in ran.json["lines"]}


def verify_clean(stage: Stage) -> dict[str, Any]:
    """Every promise that a check watches is kept; at least eight checks looked."""
    ran = stage.troth("verify", "--json")
    found = ran.json
    must(not _broken(ran), "no promise broken", sorted(_broken(ran)))
    must(ran.code == 0, "exit code 0", f"{ran.code}: {_untold(found)}")
    checks = {result["check"] for result in found["results"]}
    must(len(checks) >= 8, "at least eight checks", sorted(checks))
    return {"exit": 0, "checks": sorted(checks), "counts": {k: n for k, n in found["counts"].items() if n}}


def planted(stage: Stage) -> dict[str, Any]:
    """An undeclared column and an over-age log, planted behind the product's back, are both reported, and only they."""
    try:
        column = product.plant_column(stage.product)
        log = logs.plant_old(stage.world.logs, ground.clock())
        ran = stage.troth("verify", "--json")
    finally:
        product.unplant(stage.product)
        log.unlink(missing_ok=True)
    must(ran.code == 1, "exit code 1", ran.code)
    broken = _broken(ran)
    title = logs.system(stage.world.logs)["title"]
    expected = {("columns-declared", "Product database"), ("logs-in-period", f"{title}: access")}
    must(broken == expected, sorted(expected), sorted(broken))
    named = [r for r in ran.json["results"] if column in r["details"].get("undeclared", ())]
    must(len(named) == 1, f"{column} named", "not")
    again = stage.troth("verify", "--json", "--only", "columns-declared", "--only", "logs-in-period")
    must(again.code == 0, "exit code 0 once both are taken away", f"{again.code}: {sorted(_broken(again))}")
    return {"exit": 1, "broken": sorted(f"{check}: {subject}" for check, subject in broken), "undone": "exit 0"}


def _broken(ran: Ran) -> Broken:
    return {(r["check"], r["subject"]) for r in ran.json["results"] if r["outcome"] == "broken"}


def _untold(found: dict[str, Any]) -> list[str]:
    return [f"{r['check']}: {r['found']}" for r in found["results"] if r["outcome"] == "could not tell"]
