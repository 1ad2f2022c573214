"""`Words`: what a page needs to speak a language. Texts by key first, then the values that read as text."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from troth.policy.languages.catalogue import ENGLISH, text
from troth.policy.languages.plurals import category
from troth.policy.model import Policy

HOLE = re.compile(r"\{([a-z_]+)\}")
"""Where a value goes in a text: `{name}`. Nothing else in braces means anything."""

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})
_PERIOD = re.compile(
    r"P(?:(?P<year>\d+)Y)?(?:(?P<month>\d+)M)?(?:(?P<week>\d+)W)?(?:(?P<day>\d+)D)?"
    r"(?:T(?:(?P<hour>\d+)H)?(?:(?P<minute>\d+)M)?(?:(?P<second>\d+)S)?)?"
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a language (`de`, `pt-BR`); `own`: texts of the policy's own files, which come first."""

    language: str
    own: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, its `{name}`s filled. With `count`, a key that has plural forms gives the fitting one.

        A text that the language lacks is told in English. Raises KeyError for a key that English lacks too, and for
        a `{name}` that is not given.
        """
        found = self._counted(key, values["count"]) if "count" in values else self.find(key)
        if found is None:
            raise KeyError(f"no text is called `{key}`")
        if "{" not in found:
            return found
        lacking = [name for name in HOLE.findall(found) if name not in values]
        if lacking and self.own:  # a policy published before the text changed; `check` tells its author
            return words(self.language)(key, **values)
        if lacking:
            raise KeyError(f"the text `{key}` needs `{lacking[0]}`")
        return HOLE.sub(lambda hole: self._shown(hole[1], values[hole[1]]), found)

    def find(self, key: str) -> str | None:
        """The text of a key as it stands, in this language or else in English; None if there is none."""
        found = self.owns(key)
        return text(ENGLISH, key) if found is None else found

    def owns(self, key: str) -> str | None:
        """The text of a key in this language (`pt-BR`, else `pt`); None if the language lacks it."""
        found = self.own.get(key) or text(self.language, key)
        return found or text(self.language.partition("-")[0], key)

    def _counted(self, key: str, count: object) -> str | None:
        number = count if isinstance(count, int) else 0
        mine = self.owns(f"{key}.{category(self.language, number)}") or self.owns(f"{key}.other") or self.owns(key)
        return mine or text(ENGLISH, f"{key}.{category(ENGLISH, number)}") or text(ENGLISH, key)

    def _shown(self, name: str, value: object) -> str:
        return self.number(value) if name == "count" and isinstance(value, int) else str(value)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, for the page."""
        return "rtl" if self.language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"

    def name(self, kind: str, value: str) -> str:
        """The name of one of the policy language's own words: `name("category", "analytics")`.

        Kinds: basis, role, category, event, channel, kind (of data), mechanism, certificate, right, signal.
        Raises KeyError for an unknown one.
        """
        return self(f"{kind}.{value.replace(' ', '-')}")

    def basis(self, value: str) -> str:
        """The legal basis in words: `legitimate interest` is `berechtigtes Interesse`."""
        return self.name("basis", value)

    def country(self, code: str) -> str:
        """The name of an ISO 3166-1 alpha-2 country; a code that is none comes back itself."""
        return self.find(f"country.{code}") or code

    def autonym(self, language: str | None = None) -> str:
        """What a language calls itself, this one if none is named; its tag where that is not known."""
        tag = language or self.language
        return self.find(f"autonym.{tag}") or self.find(f"autonym.{tag.partition('-')[0]}") or tag

    def number(self, value: int) -> str:
        """`1,204`."""
        return f"{value:,}".replace(",", self("number.group"))

    def count(self, number: int, noun: str) -> str:
        """`1 person`, `1,204 persons`. `noun`: one of the keys under `count.`. Raises KeyError for an unknown one."""
        return self(f"count.{noun}", count=number)

    def day(self, value: date, *, long: bool = False) -> str:
        """`25 Nov 2026`; with `long`, `25 November 2026`."""
        month = self(f"month.{'long' if long else 'short'}.{value.month}")
        return self("date", day=value.day, month=month, year=value.year)

    def moment(self, value: datetime) -> str:
        """`25 Nov 2026, 14:05 UTC`: a time always says its zone."""
        return self("moment", day=self.day(value), time=f"{value:%H:%M}", zone=value.tzname() or self("moment.no-zone"))

    def period(self, value: str) -> str:
        """An ISO 8601 duration in words: `P60D` is `60 days`; `session` is the word for that.

        What is neither comes back itself.
        """
        if value == "session":
            return self("period.session")
        found = _PERIOD.fullmatch(value)
        sizes = [(unit, int(size)) for unit, size in (found.groupdict() if found else {}).items() if size]
        return self.join([self(f"period.{unit}", count=size) for unit, size in sizes]) if sizes else value

    def join(self, items: Iterable[object], last: str = "and") -> str:
        """`a`, `a and b`, `a, b and c`. `last`: `and` or `or`."""
        listed = [str(item) for item in items]
        if len(listed) < 2:
            return "".join(listed)
        return self(f"join.{last}", first=self("join.comma").join(listed[:-1]), last=listed[-1])


@cache
def _plain(language: str) -> Words:
    return Words(language)


def words(language: str | Words, policy: Policy | None = None) -> Words:
    """The words of a language; with a policy, its own `wording` comes first (for `pt-BR`, that for `pt` after it).

    Words given instead of a language are the answer themselves, so that what speaks takes either.
    """
    if isinstance(language, Words):
        return language
    if policy is None or not policy.wording:
        return _plain(language)
    tags = dict.fromkeys((language.partition("-")[0], language))
    own = {key: text for tag in tags for key, text in policy.wording.get(tag, {}).items() if text}
    return Words(language, own) if own else _plain(language)
