"""Problems → workflow commands of GitHub Actions, which become annotations beside the lines of a pull request."""

from collections.abc import Sequence

from troth.policy.problems import Problem
from troth.policy.render.counts import summary
from troth.policy.render.terminal import notes

DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = DATA | str.maketrans({":": "%3A", ",": "%2C"})


def github(problems: Sequence[Problem], *, base: str = "") -> str:
    """One command a problem, then the counts as a plain line. `base` leads from the repository to the files."""
    return "\n".join([*(_command(problem, base) for problem in problems), summary(problems)])


def _command(problem: Problem, base: str) -> str:
    level = "notice" if problem.accepted else problem.severity
    said = "\n".join([problem.message, *notes(problem)])
    listed = ",".join(f"{key}={str(value).translate(PROPERTY)}" for key, value in _properties(problem, base))
    return f"::{level} {listed}::{said.translate(DATA)}"


def _properties(problem: Problem, base: str) -> list[tuple[str, object]]:
    title = [("title", problem.code)]
    place = problem.place
    if place is None:
        return [*title]
    where = [("file", base + place.file), ("line", place.line), ("endLine", place.line)]
    return [*where, ("col", place.column), ("endColumn", place.end_column), *title]
