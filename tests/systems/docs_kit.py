"""Markdown pages as things to try: the files they show, the commands they run and what those print."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"(?:^`([^`\n]+\.\w+)`\n\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GAP = "…"


@dataclass
class Command:
    """A line after `$ `, and the lines the page says it prints; `…` stands for anything."""

    line: str
    shown: list[str] = field(default_factory=list)


@dataclass
class Step:
    """Either a file to write (name and text) or commands to run, in the order of the page."""

    file: str = ""
    text: str = ""
    commands: list[Command] = field(default_factory=list)


def steps(page: Path) -> list[Step]:
    """The files (a line with the name alone in backticks, then a block) and the `console` blocks of a page."""
    found = []
    for name, language, text in FENCE.findall(page.read_text()):
        if name:
            found.append(Step(file=name, text=text))
        elif language == "console":
            found.append(Step(commands=_commands(text)))
    return found


def _commands(text: str) -> list[Command]:
    commands: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            commands.append(Command(line[2:]))
        else:
            commands[-1].shown.append(line)
    return commands


def write(folder: Path, page: Path) -> None:
    """Write every file a page shows."""
    for step in steps(page):
        if step.file:
            _write(folder, step)


def _write(folder: Path, step: Step) -> None:
    path = folder / step.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(step.text)


def follow(page: Path, folder: Path) -> list[str]:
    """Do what a page says in `folder`, in its order; returns where it printed something else than the page shows."""
    wrong: list[str] = []
    code = 0
    for step in steps(page):
        if step.file:
            _write(folder, step)
        for command in step.commands:
            code, printed = _run(command.line, folder, code)
            if not matches(command.shown, printed):
                wrong.append(f"$ {command.line}\n{printed}")
    return wrong


def _run(line: str, folder: Path, last_code: int) -> tuple[int, str]:
    shell = ["bash", "-c", f"(exit {last_code}); {line}"]
    done = subprocess.run(
        shell, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


def environment(folder: Path) -> dict[str, str]:
    """What a reader's shell has: nothing of ours, but for `troth` on the path."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TROTH_", "DJANGO_", "PYTEST_"))}
    return kept | {"TROTH_HOME": str(home(folder)), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def home(folder: Path) -> Path:
    """Where the commands keep what they keep: `troth-data`, as for a reader who sets nothing."""
    return folder / "troth-data"


def matches(shown: list[str], printed: str) -> bool:
    """True if `printed` is what a page shows: a line of `…` alone is any lines, `…` within a line any characters."""
    pattern = "".join(r"(?:.*\n)*?" if line == GAP else _line(line) + r"\n" for line in shown)
    return re.fullmatch(pattern, printed if not printed or printed.endswith("\n") else printed + "\n") is not None


def _line(line: str) -> str:
    return ".*".join(map(re.escape, line.split(GAP)))
