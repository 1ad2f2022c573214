"""Problems → text as good compilers print it, in colour where someone looks at it."""

import re
from collections.abc import Mapping, Sequence

from troth.policy.lines import lines as broken
from troth.policy.places import Place
from troth.policy.problems import Problem
from troth.policy.render.counts import counts, summary

Sources = Mapping[str, str]

STYLES = {"error": "1;31", "warning": "1;33", "accepted": "1;36", "fine": "1;32", "gutter": "34", "strong": "1"}
"""ANSI codes (SGR) by what is painted."""

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that would move the cursor, colour the terminal or turn the text around; each is shown as one sign."""


class Paint:
    """Puts text into colour, or leaves it as it is."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.colour else text


def text(problems: Sequence[Problem], sources: Sources, *, base: str = "", colour: bool = False) -> str:
    """Every problem with its source line underlined, then the counts. `base` is put before file names."""
    paint = Paint(colour)
    lines = {name: broken(source) for name, source in sources.items()}
    blocks = [_block(problem, lines, base, paint) for problem in problems]
    return "\n\n".join([*blocks, paint(_worst(problems), summary(problems))])


def _worst(problems: Sequence[Problem]) -> str:
    found = counts(problems)
    return "error" if found["errors"] else "warning" if found["warnings"] else "fine"


def _block(problem: Problem, lines: Mapping[str, Sequence[str]], base: str, paint: Paint) -> str:
    kind = "accepted" if problem.accepted else problem.severity
    out = [paint(kind, f"{kind}[{problem.code}]") + paint("strong", f": {problem.message}")]
    if problem.place:
        out += _excerpt(problem.place, lines.get(problem.place.file, ()), base, kind, paint)
    out += [f"  {paint('gutter', '=')} {note}" for note in notes(problem)]
    return "\n".join(out)


def _excerpt(place: Place, lines: Sequence[str], base: str, kind: str, paint: Paint) -> list[str]:
    head = f" {paint('gutter', '-->')} {base}{place.file}:{place.line}:{place.column}"
    if not 0 < place.line <= len(lines) or not lines[place.line - 1].strip():
        return [head]
    line = UNSEEN.sub("\ufffd", lines[place.line - 1])
    number = str(place.line)
    bare, numbered = paint("gutter", f" {' ' * len(number)} |"), paint("gutter", f" {number} |")
    # Tabs are kept in the margin so that the underline stands below its text.
    margin = "".join("\t" if c == "\t" else " " for c in line[: place.column - 1])
    marks = "^" * max(1, min(place.end_column, len(line) + 1) - place.column)
    return [head, bare, f"{numbered} {line}", f"{bare} {margin}{paint(kind, marks)}"]


def notes(problem: Problem) -> list[str]:
    """What stands below a problem: its help, the law behind it, who accepts it."""
    gap = problem.accepted
    found = [f"help: {problem.help}"] if problem.help and not gap else []
    if problem.article:
        found.append(f"law: {problem.article}")
    if gap:
        found.append(f"accepted by {gap.owner} until {gap.review}: {gap.reason}")
    return found
