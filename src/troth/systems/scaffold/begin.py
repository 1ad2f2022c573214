"""Writes the files of a new connector."""

import re
from importlib.resources import files
from pathlib import Path
from string import Template

from troth.systems.homes import BUILT_IN, RESERVED, built_in

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NAMES = {"connector.py.txt": "connector.py", "contract.yaml.txt": "contract.yaml", "double.py.txt": "double.py"}
SUITE = """\
from troth.systems.conformance import Conformance, Scenario
from troth.systems.kit.identifiers import Identifiers"""


class Refused(ValueError):
    """The connector cannot be begun; the text says why and what to do."""


def begin(name: str, into: Path) -> tuple[Path, ...]:
    """The files of connector `name` in a folder of its own below `into`, written; nothing that is there is changed.

    In Troth's own tree the test goes where its tests are, else it lies beside the connector. Raises `Refused`.
    """
    if not ID.fullmatch(name):
        raise Refused(f"{name} is no name for a connector; use lower-case letters, digits and hyphens")
    if name in built_in() or name in RESERVED:
        raise Refused(f"Troth has a connector {name} already; choose another name")
    folder = into / name.replace("-", "_")
    if folder.exists():
        raise Refused(f"{folder} is there already; choose another name, or go on in it")
    ours = into.resolve() == BUILT_IN
    words = _words(name, folder, ours=ours)
    told = {folder / made: _filled(template, words) for template, made in NAMES.items()}
    told[folder / "__init__.py"] = ""
    told[_test_file(folder, ours=ours)] = _filled("test.py.txt", words)
    folder.mkdir(parents=True)
    for path, text in told.items():
        path.write_text(text, encoding="utf-8")
    return tuple(path for path, text in told.items() if text)


def _words(name: str, folder: Path, *, ours: bool) -> dict[str, str]:
    parts = name.split("-")
    return {
        "name": "".join(part.capitalize() for part in parts),
        "title": " ".join(part.capitalize() for part in parts),
        "folder": folder.name,
        "own": "" if ours else "\n        own=Path(__file__).parents[1],",
        "imports": SUITE if ours else f"from pathlib import Path\n\n{SUITE}",
    }


def _test_file(folder: Path, *, ours: bool) -> Path:
    tests = BUILT_IN.parents[3] / "tests" / "systems"
    return tests / f"test_vendor_{folder.name}.py" if ours and tests.is_dir() else folder / f"test_{folder.name}.py"


def _filled(template: str, words: dict[str, str]) -> str:
    text = (files(__package__) / "templates" / template).read_text(encoding="utf-8")
    return Template(text).substitute(words)
