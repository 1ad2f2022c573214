"""The pages hang together: links lead somewhere, commands exist, and nothing tells of the machine it was written on."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from troth.cli.main import app  # noqa: E402

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|^    .+$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?<![\w./-])(?<!\bfrom )(?:\.venv/bin/)?troth ([^\n|>`#]*)")
"""A call of the command; `from troth import …` is Python."""

HERE = r"(?<![\w.])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me")) + r")/"
NUMBERED = r"\b(?:" + "|".join(("iss" + "ue", "br" + "ief", "sess" + "ion")) + r") #?\d+\b"
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def _ids() -> list[str]:
    return [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=_ids())
def test_relative_links_resolve(page: Path) -> None:
    for link in LINK.findall(_without_code(page.read_text())):
        target, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{page.name}: {link} leads nowhere"
        if anchor and path.suffix == ".md":
            assert anchor in _anchors(path.read_text()), f"{page.name}: {link} has no such heading"


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_ids())
def test_named_commands_exist(page: Path) -> None:
    wrong = [said for call in calls(page.read_text()) if (said := _unknown(call))]
    assert not wrong, "; ".join(wrong)


def calls(text: str) -> Iterator[str]:
    """What follows `troth ` in code: commands, as far as the line goes."""
    for code in CODE.findall(text):
        yield from (call.strip() for call in CALL.findall(code))


def _unknown(call: str) -> str:
    """What of `evidence verify log.zip --since x` does not exist; empty if all does."""
    command: Any = get_command(app)
    options = {"--help", "-h"}
    for word in call.split():
        if word.startswith("-"):
            if word.partition("=")[0] not in options | _options(command):
                return f"`troth {call}`: no option {word}"
        elif hasattr(command, "list_commands"):
            if word not in command.list_commands(None):
                return f"`troth {call}`: no command {word}"
            command = command.get_command(None, word)
    return ""


def _options(command: Any) -> set[str]:
    return {name for p in command.params for name in (*p.opts, *p.secondary_opts)}


def test_unknown_commands_are_noticed() -> None:
    assert list(calls("say `troth nothing` or\n\n    troth check x\n")) == ["nothing", "check x"]
    assert not list(calls("```python\nfrom troth import load_policy\n```\n"))
    assert _unknown("nothing")
    assert _unknown("check --nothing")
    assert not _unknown("evidence verify log.zip --trusted-key KEY --since held")


def test_every_page_is_reached_from_the_index() -> None:
    """Directly, or through the list of diagnostics."""
    lists = [ROOT / "docs/index.md", ROOT / "docs/reference/diagnostics.md"]
    linked = {(page.parent / link).resolve() for page in lists for link in LINK.findall(page.read_text())}
    pages = set((ROOT / "docs").rglob("*.md")) - {ROOT / "docs/index.md"}
    assert not [page.name for page in pages - linked]


def test_decisions_have_numbers_of_their_own() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


def test_no_file_tells_of_the_machine_it_was_written_on() -> None:
    told = [f"{name}: {found[0]}" for name, text in _tracked() for found in [re.search(HERE, text)] if found]
    assert not told


def test_no_file_refers_to_numbered_papers() -> None:
    told = [f"{name}: {found[0]}" for name, text in _tracked() for found in [re.search(NUMBERED, text)] if found]
    assert not told


def test_the_lock_file_names_public_hosts_only() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text()))
    assert hosts <= PUBLIC_HOSTS


def _tracked() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a clone: there is no list of files")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and name != "uv.lock":
            yield name, path.read_text(errors="replace")
