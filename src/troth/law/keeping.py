"""How long authorities and statutes let some kinds of data stay, as dated data.

Few of these bind everywhere: most are what an authority recommends for its own country. A check that goes by them
warns and names the source. A changed recommendation is a new line, never an edit of an old one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Subject = Literal["cookie", "log", "recording", "prospect", "applicant"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest a kind of data should stay.

    `days`: about how many. `words`: the same as its source says it. `place`: ISO 3166-1 alpha-2 of the country it is
    for; None where it is what we go by for want of one. `since`: the day of the source.
    """

    subject: Subject
    days: int
    words: str
    place: str | None
    since: date
    source: str


LIMITS: tuple[Limit, ...] = (
    Limit("cookie", 397, "13 months", None, date(2020, 9, 17), "CNIL guidelines on trackers, no. 2020-091"),
    Limit("log", 366, "one year", None, date(2021, 10, 14), "CNIL recommendation on logging, no. 2021-122"),
    Limit("recording", 184, "six months", None, date(2014, 11, 27), "CNIL on recordings, no. 2014-474"),
    Limit(
        "prospect",
        1096,
        "three years after the last contact",
        None,
        date(2021, 12, 9),
        "CNIL standard on commercial activities, no. 2021-131",
    ),
    Limit("applicant", 731, "two years after the last contact", None, date(2023, 1, 30), "CNIL guide on recruitment"),
    Limit("applicant", 184, "six months", "DE", date(2006, 8, 18), "AGG § 15(4); ArbGG § 61b(1)"),
    Limit("applicant", 214, "seven months", "AT", date(2004, 7, 1), "GlBG § 15(1), § 29(1)"),
    Limit("applicant", 31, "four weeks, or a year if asked", "NL", date(2018, 5, 25), "Autoriteit Persoonsgegevens"),
)


def limit(subject: Subject, place: str, day: date) -> Limit | None:
    """The limit that goes for a place on a day: its own, else the one for want of it; None if there was none yet."""
    dated = [one for one in LIMITS if one.subject == subject and one.since <= day]
    own = [one for one in dated if one.place == place]
    return max(own or [one for one in dated if one.place is None], key=lambda one: one.since, default=None)
