"""What is not known because a file could not be understood whole.

Without this, one wrong quote in the catalogue of data would make every name in the policy look dangling.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.policy.problems import Problem

LOSING = frozenset({"T-0002", "T-0003", "T-0004", "T-0006", "T-0007", "T-0008", "T-0009", "T-0010", "T-0013"})
"""Problems behind which content of a file is lost."""

KEY = re.compile(r"([A-Za-z0-9_-]+)[\"']?\s*:")


@dataclass(frozen=True, slots=True)
class Unread:
    """`words`: the keys that the lost text may declare; None if not even its text is known."""

    words: frozenset[str] | None = frozenset()

    def __bool__(self) -> bool:
        return self.words is None or bool(self.words)

    def __contains__(self, name: object) -> bool:
        """True if `name` may be declared in what was lost."""
        return self.words is None or name in self.words


def unread(problems: Iterable[Problem], sources: Mapping[str, str]) -> Unread:
    """What the problems of reading leave unknown."""
    lost = {p.place.file for p in problems if p.place and p.code in LOSING}
    if any(file not in sources for file in lost):
        return Unread(None)
    return Unread(frozenset(key for file in lost for key in KEY.findall(sources[file])) | lost)
