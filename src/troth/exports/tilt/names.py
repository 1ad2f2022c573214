"""Ids from labels: transliterated, short, one for each label, none twice."""

import re
import unicodedata
from dataclasses import dataclass, field

_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "ł": "l", "đ": "d"}
)


def slug(label: str, limit: int = 40) -> str:
    """`Datum und Dauer des Besuchs` → `datum-und-dauer-des-besuchs`; empty where no letter can be written so."""
    plain = unicodedata.normalize("NFKD", label.lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode())
    made = ""
    for word in words:
        if made and len(made) + len(word) + 1 > limit:
            break
        made = f"{made}-{word}" if made else word[:limit]
    return made


@dataclass(slots=True)
class Names:
    """The ids of one section. `otherwise`: what an id is made from where the label gives none."""

    otherwise: str
    by_label: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: {"store", "self", "any"})
    counts: dict[str, int] = field(default_factory=dict)

    def of(self, label: str) -> tuple[str, bool]:
        """The id of a label and whether it is new; the same label (in any case) has the same id."""
        known = self.by_label.get(label.lower())
        if known:
            return known, False
        made = self.free(slug(label) or self.otherwise)
        self.by_label[label.lower()] = made
        return made, True

    def free(self, wanted: str) -> str:
        """`wanted`, or with the next number after it if that is taken."""
        name = wanted
        while name in self.taken:
            self.counts[wanted] = self.counts.get(wanted, 1) + 1
            name = f"{wanted}-{self.counts[wanted]}"
        self.taken.add(name)
        return name
