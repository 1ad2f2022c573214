"""The trees of several files → one. Sections that are mappings are joined; any other stands in one file only."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from troth.policy.places import Place
from troth.policy.problems import Problem
from troth.policy.tree import Data, Tree

DEEP = frozenset({"translations", "wording"})
"""Sections whose entries, the languages, may be spread over files too: lists follow each other, mappings are joined."""


@dataclass(slots=True)
class _Joined:
    """What joining a tree told. `twice`: paths that were there already; `moved`: lists that now follow another, each
    with the length of what stands before."""

    twice: set[str] = field(default_factory=set)
    moved: dict[str, int] = field(default_factory=dict)


def merge(trees: Iterable[Tree], sections: Set[str]) -> tuple[Tree, list[Problem]]:
    """One tree. `sections`: top-level keys whose entries may be spread over files."""
    whole = Tree()
    problems: list[Problem] = []
    for tree in trees:
        joined = _join(whole, tree, sections)
        problems += [_twice(path, whole, tree) for path in joined.twice]
        for mine, theirs in ((whole.places, tree.places), (whole.keys, tree.keys)):
            _placed(mine, theirs, joined)
    return whole, problems


def _join(whole: Tree, tree: Tree, sections: Set[str]) -> _Joined:
    """Puts the tree's data into the whole."""
    joined = _Joined()
    for key, value in tree.data.items():
        mine = whole.data.get(key)
        if key not in whole.data or mine is None:
            whole.data[key] = dict(value) if isinstance(value, dict) else value
        elif value is None:
            continue
        elif key in sections and isinstance(mine, dict) and isinstance(value, dict):
            for name, entry in value.items():
                _entry(mine, name, entry, f"{key}.{name}", joined)
        else:
            joined.twice.add(key)
    return joined


def _entry(mine: dict[str, Data], name: str, entry: Data, path: str, joined: _Joined) -> None:
    there = mine.get(name)
    deep = path.partition(".")[0] in DEEP
    if name not in mine or (deep and there is None):
        mine[name] = entry
    elif deep and entry is None:
        return
    elif deep and isinstance(there, list) and isinstance(entry, list):
        joined.moved[path] = len(there)
        mine[name] = there + entry
    elif deep and isinstance(there, dict) and isinstance(entry, dict):
        joined.twice |= {f"{path}.{inner}" for inner in entry if inner in there}
        mine[name] = there | {inner: value for inner, value in entry.items() if inner not in there}
    else:
        joined.twice.add(path)


def _placed(mine: dict[str, Place], theirs: dict[str, Place], joined: _Joined) -> None:
    """Adds the places of a tree to those of the whole, where they are now."""
    for path, place in theirs.items():
        if joined.twice and _under(path, joined.twice):
            continue
        here = _moved(path, joined.moved) if joined.moved else path
        if here not in mine:
            mine[here] = place


def _moved(path: str, moved: dict[str, int]) -> str:
    section, _, rest = path.partition(".")
    language, _, step = rest.partition(".")
    before = moved.get(f"{section}.{language}")
    if before is None or not step:
        return path
    number, dot, inner = step.partition(".")
    return f"{section}.{language}.{int(number) + before}{dot}{inner}"


def _under(path: str, twice: set[str]) -> bool:
    """True if the path is one of those, or lies within one."""
    if path in twice:
        return True
    parts = path.split(".", 2)
    return parts[0] in twice or ".".join(parts[:2]) in twice


def _twice(path: str, whole: Tree, tree: Tree) -> Problem:
    section, name = _split(path)
    what = f"`{name}` is given twice among `{section}`" if section else f"`{name}` may stand in one file only"
    first = whole.keys[path]
    return Problem(
        "T-0005", "error", what, tree.keys[path], path, f"it stands first in {first.file} at line {first.line}"
    )


def _split(path: str) -> tuple[str, str]:
    """A path → what it is among, and its name; the names of wordings hold dots of their own."""
    parts = path.split(".", 2)
    if parts[0] == "wording" and len(parts) > 2:
        return ".".join(parts[:2]), parts[2]
    section, _, name = path.rpartition(".")
    return section, name
