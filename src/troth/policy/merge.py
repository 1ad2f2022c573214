"""The trees of several files → one. Sections that are mappings are joined; any other stands in one file only."""

from collections.abc import Iterable, Set

from troth.policy.problems import Problem
from troth.policy.tree import Tree


def merge(trees: Iterable[Tree], sections: Set[str]) -> tuple[Tree, list[Problem]]:
    """One tree. `sections`: top-level keys whose entries may be spread over files."""
    whole = Tree()
    problems: list[Problem] = []
    for tree in trees:
        twice = _join(whole, tree, sections)
        problems += [_twice(path, whole, tree) for path in twice]
        whole.places |= {p: place for p, place in tree.places.items() if not _under(p, twice) and p not in whole.places}
        whole.keys |= {p: place for p, place in tree.keys.items() if not _under(p, twice) and p not in whole.keys}
    return whole, problems


def _join(whole: Tree, tree: Tree, sections: Set[str]) -> set[str]:
    """Puts the tree's data into the whole; answers the paths that were there already."""
    twice: set[str] = set()
    for key, value in tree.data.items():
        mine = whole.data.get(key)
        if key not in whole.data or mine is None:
            whole.data[key] = dict(value) if isinstance(value, dict) else value
        elif value is None:
            continue
        elif key in sections and isinstance(mine, dict) and isinstance(value, dict):
            twice |= {f"{key}.{name}" for name in value if name in mine}
            mine.update({name: entry for name, entry in value.items() if name not in mine})
        else:
            twice.add(key)
    return twice


def _under(path: str, twice: set[str]) -> bool:
    if not twice:
        return False
    parts = path.split(".", 2)
    return parts[0] in twice or ".".join(parts[:2]) in twice


def _twice(path: str, whole: Tree, tree: Tree) -> Problem:
    section, _, name = path.rpartition(".")
    what = f"`{name}` is given twice among `{section}`" if section else f"`{name}` may stand in one file only"
    first = whole.keys[path]
    return Problem(
        "T-0005", "error", what, tree.keys[path], path, f"it stands first in {first.file} at line {first.line}"
    )
