"""Writes the reference pages; with `--check` only says which are not current (exit code 1)."""

import sys
from pathlib import Path

from tools.reference import capabilities, changes, commands, diagnostics, exports, mechanisms, policy, settings, systems

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
MADE = "<!-- Made from the code by `python -m tools.reference`; change it there. -->"
PAGES = {
    "policy.md": policy.page,
    "diagnostics.md": diagnostics.page,
    "mechanisms.md": mechanisms.page,
    "commands.md": commands.page,
    "changes.md": changes.page,
    "exports.md": exports.page,
    "settings.md": settings.page,
    "systems.md": systems.page,
    "capabilities.md": capabilities.page,
    **diagnostics.pages(),
}


def main() -> int:
    stale = []
    for name, page in PAGES.items():
        text = f"{MADE}\n\n{page().strip()}\n"
        path = FOLDER / name
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    if stale:
        did = "not current, run `python -m tools.reference`" if "--check" in sys.argv else "written"
        sys.stderr.write(f"{did}: {', '.join(stale)}\n")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
