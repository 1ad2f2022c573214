"""Problems → text as good compilers print it, or plain data for JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from troth.policy.places import Place
from troth.policy.problems import Problem

Sources = Mapping[str, str]


def text(problems: Sequence[Problem], sources: Sources, *, base: str = "") -> str:
    """Every problem with its source line underlined, then the counts. `base` is put before file names."""
    lines = {name: source.splitlines() for name, source in sources.items()}
    blocks = [_block(problem, lines, base) for problem in problems]
    return "\n\n".join([*blocks, summary(problems)])


def counts(problems: Iterable[Problem]) -> dict[str, int]:
    """How many `errors`, `warnings`, and how many `accepted`."""
    listed = list(problems)
    accepted = sum(p.accepted is not None for p in listed)
    errors = sum(p.stops for p in listed)
    return {"errors": errors, "warnings": len(listed) - errors - accepted, "accepted": accepted}


def summary(problems: Iterable[Problem]) -> str:
    """`2 errors, 1 warning, 1 accepted gap`; zeros are left out but for the errors."""
    found = counts(problems)
    parts = [_plural(found["errors"], "error") if found["errors"] else "no errors"]
    if found["warnings"]:
        parts.append(_plural(found["warnings"], "warning"))
    if found["accepted"]:
        parts.append(_plural(found["accepted"], "accepted gap"))
    return ", ".join(parts)


def as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Plain data, one mapping a problem; places count from 1, `accepted` is null unless someone accepts it."""
    return [_plain(problem) for problem in problems]


def _plain(problem: Problem) -> dict[str, Any]:
    place, gap = problem.place, problem.accepted
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "where": problem.where,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "end_column": place.end_column if place else None,
        "help": problem.help,
        "article": problem.article,
        "accepted": {"reason": gap.reason, "owner": gap.owner, "review": gap.review.isoformat()} if gap else None,
    }


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _block(problem: Problem, lines: Mapping[str, Sequence[str]], base: str) -> str:
    kind = "accepted" if problem.accepted else problem.severity
    out = [f"{kind}[{problem.code}]: {problem.message}"]
    if problem.place:
        out += _excerpt(problem.place, lines.get(problem.place.file, ()), base)
    out += [f"  = {note}" for note in _notes(problem)]
    return "\n".join(out)


def _excerpt(place: Place, lines: Sequence[str], base: str) -> list[str]:
    head = f" --> {base}{place.file}:{place.line}:{place.column}"
    if not 0 < place.line <= len(lines) or not lines[place.line - 1].strip():
        return [head]
    line = lines[place.line - 1]
    gutter = " " * len(str(place.line))
    # Tabs are kept in the margin so that the underline stands below its text.
    margin = "".join("\t" if c == "\t" else " " for c in line[: place.column - 1])
    marks = "^" * max(1, min(place.end_column, len(line) + 1) - place.column)
    return [head, f" {gutter} |", f" {place.line} | {line}", f" {gutter} | {margin}{marks}"]


def _notes(problem: Problem) -> list[str]:
    gap = problem.accepted
    notes = [f"help: {problem.help}"] if problem.help and not gap else []
    if problem.article:
        notes.append(f"law: {problem.article}")
    if gap:
        notes.append(f"accepted by {gap.owner} until {gap.review}: {gap.reason}")
    return notes
