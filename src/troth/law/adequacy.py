"""Where personal data may go without a further safeguard, by day (GDPR Art. 45; EEA Agreement).

Dated data: a renewal or a new decision is a new line, never an edit of an old one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EEA = frozenset([*UNION.split(" "), "IS", "LI", "NO"])
"""The 27 member states of the Union and Iceland, Liechtenstein, Norway."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An adequacy decision. `until`: its last day where one is fixed; `scope`: whom it covers where not everyone."""

    since: date
    source: str
    until: date | None = None
    scope: str | None = None


DECISIONS: Mapping[str, tuple[Decision, ...]] = {
    "AD": (Decision(date(2010, 10, 19), "2010/625/EU"),),
    "AR": (Decision(date(2003, 6, 30), "2003/490/EC"),),
    "BR": (Decision(date(2026, 1, 26), "(EU) 2026/179"),),
    "CA": (Decision(date(2001, 12, 20), "2002/2/EC", scope="commercial organisations"),),
    "CH": (Decision(date(2000, 7, 26), "2000/518/EC"),),
    "FO": (Decision(date(2010, 3, 5), "2010/146/EU"),),
    # The end fixed at first, 2025-06-27, was moved by a later decision; the renewal's own dates are to be confirmed.
    "GB": (Decision(date(2021, 6, 28), "(EU) 2021/1772", until=date(2031, 12, 27)),),
    "GG": (Decision(date(2003, 11, 21), "2003/821/EC"),),
    "IL": (Decision(date(2011, 1, 31), "2011/61/EU"),),
    "IM": (Decision(date(2004, 4, 28), "2004/411/EC"),),
    "JE": (Decision(date(2008, 5, 8), "2008/393/EC"),),
    "JP": (Decision(date(2019, 1, 23), "(EU) 2019/419"),),
    "KR": (Decision(date(2021, 12, 17), "(EU) 2022/254"),),
    "NZ": (Decision(date(2012, 12, 19), "2013/65/EU"),),
    "UY": (Decision(date(2012, 8, 21), "2012/484/EU"),),
}
"""Decisions for whole countries. The United States are not here: that decision covers certified organisations."""

DPF_SINCE: Mapping[str, date] = {"eu-us-dpf": date(2023, 7, 10), "swiss-us-dpf": date(2024, 9, 15)}
"""First day on which a certificate made a transfer lawful ((EU) 2023/1795; Swiss Federal Council, 14 August 2024)."""


CLAUSES_SINCE = date(2021, 6, 27)
"""First day of the Standard Contractual Clauses now in force ((EU) 2021/914 Art. 4(1))."""

OLD_CLAUSES_UNTIL = date(2022, 12, 27)
"""Last day of contracts on the clauses before them, 2001/497/EC and 2010/87/EU ((EU) 2021/914 Art. 4(4))."""


def adequate(country: str, day: date) -> Decision | None:
    """The decision in force for a country (ISO 3166-1 alpha-2) on a day; None if there is none."""
    return next((d for d in DECISIONS.get(country, ()) if d.since <= day and (d.until is None or day <= d.until)), None)


def free(country: str, home: str) -> bool:
    """True if data goes there without a mechanism: the EEA, and the country of the controller itself."""
    return country in EEA or country == home
