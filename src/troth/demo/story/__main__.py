"""`python -m troth.demo.story --home DIR [--json]`: the story on a running world; exit code 0 if all is as promised."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from troth.demo.story.play import STEPS, Seen, play
from troth.demo.story.stage import Stage
from troth.demo.world import remembered


def main() -> int:
    parser = argparse.ArgumentParser(prog="troth-story", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="one JSON line a step")
    given = parser.parse_args()
    world = remembered(given.home)
    world.enter()
    stage = Stage(world)
    stage.prepare()
    good = 0
    for seen in play(stage):
        good += seen.ok
        sys.stdout.write((json.dumps(seen.as_json(), default=str) if given.json else _line(seen)) + "\n")
        sys.stdout.flush()
    if not given.json:
        sys.stdout.write(f"{good} of {len(STEPS)} steps as promised\n")
    return 0 if good == len(STEPS) else 1


def _line(seen: Seen) -> str:
    mark = "✓" if seen.ok else "✕"
    return f"{mark} {seen.step:<20} {seen.took_s:5.1f} s  {_words(seen.shows)}"


def _words(shows: Any) -> str:
    if isinstance(shows, dict):
        return "; ".join(f"{name.replace('_', ' ')}: {_words(value)}" for name, value in shows.items())
    if isinstance(shows, list | tuple | set):
        return ", ".join(map(_words, shows)) or "none"
    return str(shows)


if __name__ == "__main__":
    sys.exit(main())
