"""Plain data → the frozen models. Every error of every entry is told; what is sound is kept for the checks.

A policy with errors still gives a *partial* policy: its broken entries and rows are left out, missing parts get
stand-ins, and `broken` names the sections that checks must not draw conclusions from.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from troth.policy.fields import fields_at
from troth.policy.model import Policy
from troth.policy.problems import MANY, Problem, closest
from troth.policy.said import misplaced, problem_of
from troth.policy.tree import Data, Tree

STAND_INS: dict[str, Data] = {
    "name": "unnamed",
    "title": "untitled",
    "effective": "1970-01-01",
    "controller": {"name": "?", "country": "ZZ", "contact": "?"},
}
SECTIONS = frozenset(
    name for name, info in Policy.model_fields.items() if getattr(info.annotation, "__origin__", None) is dict
)
"""Top-level keys whose entries may be spread over files."""

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Shaped:
    """What came of the data. `kept`: for lists that lost parts, the places the remaining ones had."""

    policy: Policy | None
    whole: bool
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    kept: dict[str, list[int]] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """A path in the partial policy → the path in the files."""
        parts = path.split(".")
        for i in range(1, len(parts)):
            indexes = self.kept.get(".".join(parts[:i]))
            if indexes is not None and parts[i].isdigit():
                parts[i] = str(indexes[int(parts[i])])
        return ".".join(parts)


def shape(tree: Tree) -> Shaped:
    """The policy of a tree, whole or partial, with every problem of its shape."""
    try:
        return Shaped(Policy.model_validate(tree.data), whole=True)
    except ValidationError as error:
        details = _told(error, tree.data)
    shaped = Shaped(None, whole=False)
    shaped.problems = _problems(details, tree)
    shaped.broken = {str(d["loc"][0]) for d in details if d["loc"]}
    shaped.policy = _partial(tree.data, details, shaped.kept)
    return shaped


def _told(error: ValidationError, data: Data) -> list[ErrorDetails]:
    """The errors less those that only follow from others: a list is not empty because its entries are wrong."""
    return [d for d in error.errors(include_url=False) if not (d["type"] == "too_short" and _at(data, d["loc"]))]


def _at(data: Data, loc: Path) -> Data:
    for step in loc:
        inside = data if isinstance(data, dict) else dict(enumerate(data)) if isinstance(data, list) else {}
        data = inside.get(step)  # type: ignore[arg-type]
    return data


def _problems(details: Iterable[ErrorDetails], tree: Tree) -> list[Problem]:
    """One problem a place: of the branches of a union only the first speaks."""
    found: dict[tuple[str, str], Problem] = {}
    told = list(details)
    meant = {(*loc[:-1], name) for loc, name in _meant(told, tree.data).items()}
    for detail in told:
        if detail["type"] == "missing" and detail["loc"] in meant:
            continue  # it is there, misspelt: that is told
        problem = problem_of(detail, tree, guess=len(told) <= MANY)
        key = (problem.where, "" if problem.code in ("T-0103", "T-0104", "T-0106") else problem.code)
        if key not in found or found[key].code == "T-0104":
            found[key] = problem
    return list(found.values())


MOST_MEANT = 50
"""Misspelt keys that are taken for what they mean; each is compared with all keys of its part."""


def _meant(details: Iterable[ErrorDetails], data: Data) -> dict[Path, str]:
    """Unknown keys that are close to one that is known and not there: what each is taken for."""
    unknown = [d["loc"] for d in details if d["type"] == "extra_forbidden"]
    around = {loc: ".".join(map(str, loc[:-1])) for loc in unknown[:MOST_MEANT]}
    misspelt = (loc for loc, at in around.items() if not misplaced(at, str(loc[-1])))
    guesses = {loc: closest(str(loc[-1]), fields_at(around[loc])) for loc in misspelt}
    parts = {loc: _at(data, loc[:-1]) for loc in guesses}
    return {loc: name for loc, name in guesses.items() if name and name not in (parts[loc] or {})}  # type: ignore[operator]


def _renamed(data: Data, loc: Path, name: str) -> Data:
    """A copy in which the key at `loc` is called `name`."""
    first, *rest = loc
    if isinstance(data, dict):
        if not rest:
            return {name if key == first else key: value for key, value in data.items()}
        return {key: _renamed(value, tuple(rest), name) if key == first else value for key, value in data.items()}
    if isinstance(data, list):
        return [_renamed(value, tuple(rest), name) if i == first else value for i, value in enumerate(data)]
    return data


def _partial(data: dict[str, Data], details: list[ErrorDetails], kept: dict[str, list[int]]) -> Policy | None:
    """What is sound of the data. A misspelt key counts as what it means, so that nobody is told that it is missing."""
    meant = _meant(details, data)
    whole: Data = data
    for loc, name in meant.items():
        whole = _renamed(whole, loc, name)
    there = {(*loc[:-1], name) for loc, name in meant.items()}
    left = [d for d in details if d["loc"] not in meant and not (d["type"] == "missing" and d["loc"] in there)]
    policy = _sound(whole, left, kept) if meant and isinstance(whole, dict) else None
    if policy is None:
        kept.clear()
        policy = _sound(data, details, kept)
    return policy


def _sound(data: dict[str, Data], details: list[ErrorDetails], kept: dict[str, list[int]]) -> Policy | None:
    sound = _without(data, {_cut(detail, rows=True) for detail in details if detail["loc"]}, kept)
    for rows in (True, False):
        filled = STAND_INS | {name: {} for name in SECTIONS} | sound
        try:
            return Policy.model_validate(filled)
        except ValidationError as error:
            if rows:
                cuts = {_cut(detail, rows=False) for detail in error.errors(include_url=False) if detail["loc"]}
                sound = _without(sound, cuts, kept)
    return None


def _cut(detail: ErrorDetails, *, rows: bool) -> Path:
    """What to leave out because of an error: the unknown key, the row, the entry or the section."""
    loc = detail["loc"]
    if detail["type"] == "extra_forbidden" or loc[0] not in SECTIONS:
        return loc if detail["type"] == "extra_forbidden" else loc[:1] if isinstance(loc[-1], str) else loc[:2]
    if rows and loc[0] == "touchpoints" and len(loc) > 3 and loc[2] == "rows":
        return loc[:4]
    return loc[:2]


def _without(data: dict[str, Data], cuts: Iterable[Path], kept: dict[str, list[int]], at: str = "") -> dict[str, Data]:
    """A copy of `data` less the parts at `cuts`; notes in `kept` which parts of a shortened list remain."""
    result = _less(data, list(cuts), kept, at)
    return result if isinstance(result, dict) else {}


def _less(data: Data, cuts: list[Path], kept: dict[str, list[int]], at: str) -> Data:
    if not cuts:
        return data
    gone = {cut[0] for cut in cuts if len(cut) == 1}
    deeper: dict[str | int, list[Path]] = {}
    for cut in cuts:
        if len(cut) > 1:
            deeper.setdefault(cut[0], []).append(cut[1:])
    if isinstance(data, dict):
        return {k: _less(v, deeper.get(k, []), kept, f"{at}{k}.") for k, v in data.items() if k not in gone}
    if isinstance(data, list):
        if gone:
            kept[at[:-1]] = [i for i in kept.get(at[:-1], range(len(data))) if i not in gone]
        pairs = enumerate(data)
        return [_less(v, deeper.get(i, []), kept, f"{at}{i}.") for i, v in pairs if i not in gone]
    return data
