"""What a search, or an erasure, came to in one class of files. Pure."""

from collections import Counter
from dataclasses import dataclass, field

from troth.systems.files.store import Left


@dataclass
class Looked:
    """What a search, or an erasure, came to. The counters are by person, as they stand in the sequence.

    `left`: files that could not be read, so nothing is known of them. `unread`, `elsewhere`: by file, see
    `search.Seen`. `busy`: files with lines that must go, still written to, or changed while they were looked at.
    """

    files: int = 0
    lines: Counter[int] = field(default_factory=Counter)
    whole: Counter[int] = field(default_factory=Counter)
    rewritten: int = 0
    removed: int = 0
    left: list[Left] = field(default_factory=list)
    busy: list[Left] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    elsewhere: Counter[str] = field(default_factory=Counter)
