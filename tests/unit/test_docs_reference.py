"""The reference pages say what the code says now."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tools.reference import settings  # noqa: E402
from tools.reference.__main__ import FOLDER, PAGES  # noqa: E402
from tools.reference.commands import tree  # noqa: E402
from troth.policy.codes import known  # noqa: E402


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_current(name: str) -> None:
    """Run `python -m tools.reference` when this fails."""
    text = (FOLDER / name).read_text()
    assert text.partition("\n\n")[2].strip() == PAGES[name]().strip()


def test_the_command_writes_what_the_test_compares() -> None:
    command = [sys.executable, "-m", "tools.reference", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


def test_every_code_in_the_source_is_a_diagnostic() -> None:
    folder = ROOT / "src/troth/policy"
    texts = [path.read_text() for path in folder.rglob("*.py") if path.parent != folder / "codes"]
    raised = {code for text in texts for code in re.findall(r"\"(T-\d{4})\"", text)} - {"T-0300"}
    assert raised == set(known())


def test_every_variable_anywhere_in_the_source_is_a_setting() -> None:
    """`ground` is the only place that reads them; `TROTH_SERVED` marks our own child processes."""
    used: set[str] = set()
    for path in (ROOT / "src/troth").rglob("*.py"):
        used |= set(re.findall(r"TROTH_[A-Z_]*[A-Z]", path.read_text()))
    assert used - {"TROTH_SERVED"} == settings.read() == set(settings.MEANINGS)


def test_every_command_is_there() -> None:
    text = (FOLDER / "commands.md").read_text()
    for path in tree():
        assert f"## {' '.join(path)}\n" in text
