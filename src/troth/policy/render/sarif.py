"""Problems → SARIF 2.1.0 (OASIS), the form in which code hosts take findings of analysers."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from troth.policy.codes import Code, Page, known, page
from troth.policy.lines import lines as broken
from troth.policy.places import Place
from troth.policy.problems import Problem
from troth.policy.render.terminal import Sources

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
Json = dict[str, Any]


def sarif(problems: Sequence[Problem], sources: Sources, *, version: str, base: str = "") -> Json:
    """One SARIF log with one run. `base` leads from the repository to the files; `version` is Troth's own.

    Accepted gaps are results with a suppression, so that a code host shows them as dealt with.
    """
    codes = sorted({problem.code for problem in problems})
    lines = {name: broken(source) for name, source in sources.items()}
    driver = {"name": "troth", "semanticVersion": version, "rules": [_rule(code, problems) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code), lines, base) for problem in problems],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, problems: Sequence[Problem]) -> Json:
    """What SARIF calls a reporting descriptor; a code without a page is described by what the finding says."""
    about = _known(code)
    if about is None:
        first = next(p for p in problems if p.code == code)
        return {
            "id": code,
            "shortDescription": {"text": first.message},
            "defaultConfiguration": {"level": first.severity},
        }
    rule: Json = {
        "id": code,
        "shortDescription": {"text": about.title},
        "defaultConfiguration": {"level": about.severity},
    }
    written = _page(code)
    if written:
        rule["fullDescription"] = {"text": written.why}
        rule["help"] = {"text": _help(about, written)}
    if about.article:
        rule["properties"] = {"tags": [about.article]}
    return rule


def _known(code: str) -> Code | None:
    try:
        return known().get(code)
    except KeyError:
        return None


def _page(code: str) -> Page | None:
    try:
        return page(code)
    except KeyError:
        return None


def _help(about: Code, written: Page) -> str:
    law = f"\nLaw: {about.article}" if about.article else ""
    return f"{written.why}{law}\nMore: troth explain {about.code}"


def _result(problem: Problem, rule: int, lines: Mapping[str, Sequence[str]], base: str) -> Json:
    said = problem.message if not problem.help else f"{problem.message}\n{problem.help}"
    result: Json = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": said},
        "partialFingerprints": {"trothFinding/v1": _fingerprint(problem)},
    }
    location = _location(problem, lines, base)
    if location:
        result["locations"] = [location]
    if problem.accepted:
        gap = problem.accepted
        why = f"accepted by {gap.owner} until {gap.review}: {gap.reason}"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result


def _fingerprint(problem: Problem) -> str:
    """The same while the finding is: of what is found where in the policy, not of the line it stands on."""
    place = "" if problem.where or not problem.place else problem.place.file
    what = "\0".join((problem.code, problem.where, place, problem.message))
    return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _location(problem: Problem, lines: Mapping[str, Sequence[str]], base: str) -> Json:
    location: Json = {}
    place = problem.place
    if place:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(base + place.file)},
            "region": _region(place, lines.get(place.file, ())),
        }
    if problem.where:
        location["logicalLocations"] = [{"fullyQualifiedName": problem.where}]
    return location


def _uri(path: str) -> str:
    return f"{'file://' if path.startswith('/') else ''}{quote(path)}"


def _region(place: Place, lines: Sequence[str]) -> Json:
    region: Json = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.line,
        "endColumn": place.end_column,
    }
    if 0 < place.line <= len(lines):
        region["snippet"] = {"text": lines[place.line - 1]}
    return region
