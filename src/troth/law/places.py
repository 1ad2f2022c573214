"""Places as ISO 3166 codes: their public holidays and local time."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# One zone a place: that of its capital or main authority. Enough to tell on which local day something arrived.
ZONES = {
    "AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "CH": "Europe/Zurich",
    "CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen",
    "EE": "Europe/Tallinn", "ES": "Europe/Madrid", "FI": "Europe/Helsinki", "FR": "Europe/Paris",
    "GB": "Europe/London", "GR": "Europe/Athens", "HR": "Europe/Zagreb", "HU": "Europe/Budapest",
    "IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome",
    "LI": "Europe/Vaduz", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
    "MT": "Europe/Malta", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "PL": "Europe/Warsaw",
    "PT": "Europe/Lisbon", "RO": "Europe/Bucharest", "SE": "Europe/Stockholm", "SI": "Europe/Ljubljana",
    "SK": "Europe/Bratislava", "US": "America/New_York", "US-CA": "America/Los_Angeles",
}  # fmt: skip


class UnknownPlace(LookupError):
    """The code names no place whose calendar we know."""


def zone(place: str) -> "ZoneInfo":
    """Local time of a place; a subdivision without its own entry has its country's. Raises UnknownPlace."""
    from zoneinfo import ZoneInfo  # here: checks need it rarely, and it is slow to load

    name = ZONES.get(place) or ZONES.get(place.partition("-")[0])
    if name is None:
        raise UnknownPlace(f"no calendar is known for `{place}`; use an ISO 3166 code such as `DE`, `DE-BY` or `US-CA`")
    return ZoneInfo(name)


def local_day(place: str, moment: datetime) -> date:
    """The day it is in `place` at `moment`; a naive moment is local already."""
    local = moment if moment.tzinfo is None else moment.astimezone(UTC).astimezone(zone(place))
    return local.date()


@lru_cache(maxsize=256)
def holidays_of(place: str, first_year: int, last_year: int) -> frozenset[date]:
    """Public holidays of a place in these years. Raises UnknownPlace."""
    import holidays  # here: it takes a tenth of a second, which most commands need not pay

    country, _, subdivision = place.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=range(first_year, last_year + 1))
    except NotImplementedError as problem:
        raise UnknownPlace(f"no public holidays are known for `{place}`") from problem
    return frozenset(found)
