"""Reading a JSON document nobody promised anything about, and keeping account of what was read.

Every value of the document is carried over, or reported with its path and the reason; none is quoted in a report, since
documents name people.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Literal

Json = Any
Reason = Literal["no place for it", "wrong type", "not understood", "kept as words"]


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that did not come over as it was. `path`: JSONPath; `says`: what is the matter, in words."""

    path: str
    reason: Reason
    says: str

    @property
    def counts(self) -> bool:
        """True if content is missing from what was made; words that were kept elsewhere are not missing."""
        return self.reason != "kept as words"


@dataclass(slots=True)
class Account:
    """What became of each value: carried, or lost with a reason."""

    carried: set[str] = field(default_factory=set)
    lost: dict[str, Lost] = field(default_factory=dict)

    def lose(self, path: str, reason: Reason, says: str) -> None:
        self.lost.setdefault(path, Lost(path, reason, says))


def clean(text: str) -> str:
    """The text on one line, without characters that YAML or a terminal would not take; `&quot;` of a web page read."""
    if "&" in text:
        text = unescape(text)
    if text.isprintable():  # nearly always, and then much faster
        return " ".join(text.split())
    kept = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs", "Cn", "Co"))
    return " ".join(kept.replace("\ufeff", "").split())


def sentences(parts: Iterable[str]) -> str:
    """Texts one after the other, each once: whole sentences as they are, others parted by semicolons."""
    told = ""
    for part in dict.fromkeys(part for part in parts if part):
        told += f"{'' if not told else ' ' if told.endswith(('.', '!', '?', ';', ':')) else '; '}{part}"
    return told


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the document. Every reading gives something usable or nothing, and says what was wrong."""

    value: Json
    path: str
    account: Account

    def words(self, where: str) -> str | None:
        """A text that has no key of its own in a policy; it is kept `where` it says, and reported so."""
        said = self.text()
        if said:
            self.account.carried.discard(self.path)
            self.lose("kept as words", f"TILT has it, a policy has no key for it: it stands {where}")
        return said

    def get(self, key: str) -> "Cursor":
        """The value of a key; one of nothing if there is none or this is no object."""
        inside = self.value.get(key) if isinstance(self.value, dict) else None
        return Cursor(inside, f"{self.path}.{key}", self.account)

    @property
    def there(self) -> bool:
        """True if there is anything: not null, not empty."""
        return next(leaves(self.value, self.path), None) is not None

    def noted(self, where: str) -> str | None:
        """As `words`, with the key before it: for a comment that is to be understood by itself."""
        said = self.words(where)
        return f"{self.path.rpartition('.')[2]}: {said}" if said else None

    def text(self, between: str = " ") -> str | None:
        """A text; a number, or a list of texts, becomes one. None if there is none. `between`: for ends of lines."""
        if isinstance(self.value, list):
            parts = [part for part in (one._inner() for one in self.each()) if part]
            return sentences(parts) or None
        if isinstance(self.value, (bool, dict)):
            self.lose("wrong type", f"expected a text, found {kind(self.value)}")
            return None
        if self.value is None:
            return None
        return self._said(between.join(line for line in str(self.value).splitlines() if line.strip()))

    def _inner(self) -> str | None:
        """A text in a list; a list in a list is none, however deep it goes."""
        if isinstance(self.value, list):
            self.lose("wrong type", "expected a text, found a list")
            return None
        return self.text()

    def _said(self, value: str) -> str | None:
        said = clean(value)
        if said:
            self.account.carried.add(self.path)
        return said or None

    def flag(self) -> bool | None:
        """A yes or no, written as one or in words. None if there is none."""
        yes, no = {"true", "yes", "ja", "1", "wahr"}, {"false", "no", "nein", "0", "falsch"}
        said = str(self.value).strip().lower() if isinstance(self.value, (bool, str, int)) else ""
        if said in yes | no:
            self.account.carried.add(self.path)
            return said in yes
        self.lose("wrong type", f"expected true or false, found {kind(self.value)}")
        return None

    def each(self) -> Iterator["Cursor"]:
        """The parts of a list; what is no list counts as its only part."""
        if isinstance(self.value, list):
            yield from (Cursor(inside, f"{self.path}[{i}]", self.account) for i, inside in enumerate(self.value))
        elif self.value is not None:
            yield self

    def objects(self) -> Iterator["Cursor"]:
        """The parts that are objects; the others are reported."""
        for one in self.each():
            if isinstance(one.value, dict):
                yield one
            else:
                one.lose("wrong type", f"expected an object, found {kind(one.value)}")

    def lose(self, reason: Reason, says: str) -> None:
        """Reports each value in here as lost."""
        for path in leaves(self.value, self.path):
            self.account.lose(path, reason, says)


def kind(value: Json) -> str:
    """What a value is, without saying it."""
    names = (
        (bool, "true or false"),
        (str, "a text"),
        ((int, float), "a number"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next((name for types, name in names if isinstance(value, types)), "nothing")


def leaves(value: Json, path: str = "$") -> Iterator[str]:
    """The paths of the values that say something: no nulls, blanks or empty lists. Not recursive: depth is free."""
    waiting: list[tuple[Json, str]] = [(value, path)]
    while waiting:
        here, at = waiting.pop()
        if isinstance(here, dict):
            waiting += [(inside, f"{at}.{step(key)}") for key, inside in reversed(here.items())]
        elif isinstance(here, list):
            waiting += [(inside, f"{at}[{i}]") for i, inside in reversed(list(enumerate(here)))]
        elif here is not None and not (isinstance(here, str) and not clean(here)):
            yield at


def step(key: str) -> str:
    """A key as it stands in a path; one that is no plain name is not repeated, it may be anything."""
    return key if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,60}", key) else "?"
