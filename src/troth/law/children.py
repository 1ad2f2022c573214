"""From what age a child's own consent counts for online services (GDPR Art. 8(1)), by country and day.

The Regulation says 16 and lets a member state lower it to 13 at the least. A change is a new line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

GDPR = date(2018, 5, 25)
LOWEST = 13
"""No member state may go below (Art. 8(1)); in the United States the age of 15 U.S.C. 6501(1)."""

DEFAULT = 16
ADULT = 18


@dataclass(frozen=True, slots=True)
class Age:
    years: int
    since: date
    source: str


AGES: Mapping[str, tuple[Age, ...]] = {
    "AT": (Age(14, GDPR, "DSG § 4(4)"),),
    "BE": (Age(13, date(2018, 9, 5), "Act of 30 July 2018, Art. 7"),),
    "BG": (Age(14, date(2019, 3, 2), "Personal Data Protection Act, Art. 25c"),),
    "CY": (Age(14, date(2018, 7, 31), "Law 125(I)/2018, Art. 8"),),
    "CZ": (Age(15, date(2019, 4, 24), "Act 110/2019, § 7"),),
    "DK": (
        Age(13, GDPR, "Data Protection Act, § 6(2)"),
        Age(15, date(2024, 1, 1), "Data Protection Act, § 6(2) as amended"),
    ),
    "EE": (Age(13, date(2019, 1, 15), "Personal Data Protection Act, § 8"),),
    "ES": (Age(14, date(2018, 12, 7), "Organic Law 3/2018, Art. 7"),),
    "FI": (Age(13, date(2019, 1, 1), "Data Protection Act 1050/2018, § 5"),),
    "FR": (Age(15, date(2018, 6, 21), "Law 78-17, Art. 45"),),
    "GB": (Age(13, GDPR, "Data Protection Act 2018, s. 9; UK GDPR Art. 8"),),
    "GR": (Age(15, date(2019, 8, 29), "Law 4624/2019, Art. 21"),),
    "IS": (Age(13, date(2018, 7, 15), "Act 90/2018, Art. 10"),),
    "IT": (Age(14, date(2018, 9, 19), "Codice privacy, Art. 2-quinquies"),),
    "LT": (Age(14, date(2018, 7, 16), "Law on Legal Protection of Personal Data, Art. 6"),),
    "LV": (Age(13, date(2018, 7, 5), "Personal Data Processing Law, Art. 33"),),
    "MT": (Age(13, GDPR, "S.L. 586.11"),),
    "NO": (Age(13, date(2018, 7, 20), "Personal Data Act, § 5"),),
    "PT": (Age(13, date(2019, 8, 9), "Law 58/2019, Art. 16"),),
    "SE": (Age(13, GDPR, "Act 2018:218, ch. 2 § 4"),),
    "SI": (Age(15, date(2023, 1, 26), "ZVOP-2, Art. 8"),),
}


def age_of_consent(country: str, day: date) -> Age:
    """The age in force in a country (ISO 3166-1 alpha-2) that day; the Regulation's own where nothing lowers it."""
    dated = [age for age in AGES.get(country, ()) if age.since <= day]
    return max(dated, key=lambda age: age.since, default=Age(DEFAULT, GDPR, "GDPR Art. 8(1)"))
