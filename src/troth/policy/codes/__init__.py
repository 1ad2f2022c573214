"""The codes of `check`, each with a page: why it should be so, an example of it wrong and one of it right.

A page is `T-0301.yaml` in this folder; that one file serves `troth explain`, the reference and the tests. `title`,
`severity` and `article` of a registered check come from its registration; the file gives them for the others only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

from troth.policy.codes.examples import Example
from troth.policy.problems import Severity

OUTSIDE = (
    *(f"T-00{n:02}" for n in range(1, 15)),
    *(f"T-01{n:02}" for n in range(1, 11)),
    *(f"T-02{n:02}" for n in range(1, 13)),
    *(f"T-02{n:02}" for n in range(21, 28)),
    "T-0502",
)
"""Codes that no registered check gives: of reading files, of their shape, of names, of accepted gaps."""

FAMILIES = {
    "T-0001": "Reading the files",
    "T-0101": "Shape",
    "T-0201": "Names",
    "T-0301": "Rows, purposes and their bases",
    "T-0320": "Data, and who needs it",
    "T-0340": "Transfers to other countries",
    "T-0360": "How long data stays",
    "T-0371": "Recipients in their roles",
    "T-0380": "Cookies, recordings, files",
    "T-0386": "Purposes, rights and decisions",
    "T-0401": "What people must be told",
    "T-0430": "The Data Privacy Framework",
    "T-0440": "California",
    "T-0460": "Children",
    "T-0501": "The clause register, assumptions and gaps",
    "T-0601": "Languages",
}
"""The first code that a family may have, and what the family is about."""

KEYS = frozenset({"title", "severity", "article", "why", "wrong", "right", "also"})


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says: `title` is what should be so, `article` the legal rule behind it, where there is one."""

    code: str
    severity: Severity
    title: str
    article: str | None

    @property
    def acceptable(self) -> bool:
        """True if a finding of it can stand under `accepted_gaps`."""
        return self.code not in OUTSIDE


@dataclass(frozen=True, slots=True)
class Page:
    """A code with its reasons and examples. `also`: other codes that the wrong example cannot but give."""

    of: Code
    why: str
    wrong: Example
    right: Example | None
    also: tuple[str, ...] = ()


@cache
def known() -> Mapping[str, Code]:
    """Every code there is, in order: those of the registered checks, and those of `OUTSIDE`."""
    from troth.policy.checks import run  # noqa: F401  it registers the checks
    from troth.policy.checks.registry import CHECKS

    found = {check.code: Code(check.code, check.severity, check.title, check.article) for check in CHECKS.values()}
    found |= {code: _described(code) for code in OUTSIDE}
    return dict(sorted(found.items()))


def by_family() -> Iterator[tuple[str, list[Code]]]:
    """Title of a family and its codes."""
    families: dict[str, list[Code]] = {title: [] for title in FAMILIES.values()}
    for code in known().values():
        families[FAMILIES[max(start for start in FAMILIES if start <= code.code)]].append(code)
    return iter(families.items())


def written(code: str) -> bool:
    """True if the code has a page."""
    return (files(__name__) / f"{code}.yaml").is_file()


def page(code: str) -> Page:
    """The page of a code, such as `T-0301`. Raises KeyError if there is no such code, or no page for it yet."""
    of = known()[code]
    data = _data(code)
    right = data.get("right")
    return Page(
        of, _flat(data["why"]), Example.of(data["wrong"]), right and Example.of(right), tuple(data.get("also", ()))
    )


def _described(code: str) -> Code:
    data = _data(code)
    return Code(code, cast(Severity, data["severity"]), data["title"], data.get("article"))


def _data(code: str) -> dict[str, Any]:
    """What the file of a code holds. Raises KeyError if there is none, ValueError for a key that means nothing."""
    if not written(code):
        raise KeyError(code)
    data = yaml.load((files(__name__) / f"{code}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    if odd := data.keys() - KEYS:
        raise ValueError(f"{code}.yaml has no key `{min(odd)}`")
    return cast(dict[str, Any], data)


def _flat(text: str) -> str:
    return " ".join(text.split())
