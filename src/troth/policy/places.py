"""Where something stands in the policy files."""

from collections.abc import Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """A span on one line of a file; line and columns count from 1, `end_column` is the column after the last."""

    file: str
    line: int
    column: int
    end_column: int


def nearest(places: Mapping[str, Place], path: str) -> Place | None:
    """The place of a dotted path, or of the closest part around it that has one."""
    while path:
        place = places.get(path)
        if place is not None:
            return place
        path = path.rpartition(".")[0]
    return None
