"""A folder of YAML files → a checked, frozen policy, or every problem that keeps it from being one."""

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from troth.policy.checks.gaps import settle
from troth.policy.checks.names import names
from troth.policy.checks.run import findings
from troth.policy.merge import merge
from troth.policy.model import Policy
from troth.policy.places import Place, nearest
from troth.policy.problems import PolicyError, Problem
from troth.policy.shape import SECTIONS, shape
from troth.policy.text import read_folder
from troth.policy.tree import Tree, parse
from troth.policy.unread import Unread, unread


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was found in a folder.

    `policy` is None while any problem stops it. `places`: dotted path (`touchpoints.contact.rows.0.items.2`) →
    place. `sources`: file name → text.
    """

    policy: Policy | None
    problems: tuple[Problem, ...]
    places: Mapping[str, Place]
    sources: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return self.policy is not None


def load(folder: Path, *, today: date | None = None, connectors: Collection[str] | None = None) -> Loaded:
    """Reads, checks and compiles; tells all problems at once, in the order of the files.

    `today`: the day to judge as of (mechanisms in force, gaps due for review); the day the policy takes effect if
    not given. `connectors`: the names a recipient may give as its connector; any if not given.
    Raises Unreadable if the files cannot be read.
    """
    sources, problems = read_folder(folder)
    return load_texts(sources, today=today, connectors=connectors, problems=problems)


def load_texts(
    sources: Mapping[str, str],
    *,
    today: date | None = None,
    connectors: Collection[str] | None = None,
    problems: list[Problem] | None = None,
) -> Loaded:
    """As `load`, from texts by file name. Pure."""
    found = list(problems or ())
    tree = _tree(sources, found)
    if not tree.data and not found:
        found.append(
            Problem(
                "T-0001",
                "error",
                "the policy is empty: no file holds a section",
                help="begin with a `policy.yaml`; docs/tutorial/first-policy.md shows a whole one",
            )
        )
    if not tree.data:
        return Loaded(None, _ordered(found), tree.places, sources)
    lost = unread(found, sources)
    shaped = shape(tree)
    found += [p for p in shaped.problems if not (p.code == "T-0101" and p.where in lost)]
    if shaped.policy is not None:
        judged = _judged(shaped.policy, tree.data, shaped.broken, _Circumstances(today, connectors, lost))
        found += [_placed(problem, shaped.at(problem.where), tree) for problem in judged]
    policy = shaped.policy if shaped.whole and not any(p.stops for p in found) else None
    return Loaded(policy, _ordered(found), tree.places, sources)


def load_policy(folder: Path, *, today: date | None = None) -> Policy:
    """The policy of a folder. Raises PolicyError on any error, Unreadable if the files cannot be read."""
    loaded = load(folder, today=today)
    if loaded.policy is None:
        raise PolicyError(loaded.problems)
    return loaded.policy


def _tree(sources: Mapping[str, str], problems: list[Problem]) -> Tree:
    trees = []
    for name, text in sources.items():
        tree, mine = parse(text, name)
        trees.append(tree)
        problems += mine
    whole, twice = merge(trees, SECTIONS)
    problems += twice
    return whole


@dataclass(frozen=True, slots=True)
class _Circumstances:
    today: date | None
    connectors: Collection[str] | None
    lost: Unread


def _judged(policy: Policy, data: Mapping[str, object], broken: Set[str], given: _Circumstances) -> list[Problem]:
    """Names, then the checks; a check that needs a section with errors, or files that could not be read, waits."""
    problems, wrong = names(policy, data, given.connectors, given.lost)
    day = given.today or policy.effective
    unsure = broken | wrong
    problems += findings(policy, max(day, policy.effective), broken=unsure, partial=bool(given.lost))
    return settle(policy, problems, day, quiet=bool(unsure or given.lost))


def _placed(problem: Problem, where: str, tree: Tree) -> Problem:
    return replace(problem, where=where, place=nearest(tree.places, where) or tree.head())


def _ordered(problems: list[Problem]) -> tuple[Problem, ...]:
    def key(problem: Problem) -> tuple[str, int, int, str]:
        place = problem.place
        return (place.file, place.line, place.column, problem.code) if place else ("", 0, 0, problem.code)

    return tuple(sorted(problems, key=key))
