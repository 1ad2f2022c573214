"""A policy in the making: what has been carried over so far, section by section."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.exports.tilt.names import Names
from troth.exports.tilt.source import Account
from troth.exports.tilt.yaml import Map

ASSUMED: Mapping[str, tuple[str, str]] = {
    "tilt-channel": (
        "TILT does not say in which way data comes in.",
        "Cookies and logs where the words name them, a form elsewhere.",
    ),
    "tilt-basis": (
        "TILT gives the legal bases of a category of data as a whole, not of each purpose.",
        "A purpose relies on the basis whose description names it, else on the one its words fit, else on the first.",
    ),
    "tilt-role": (
        "TILT does not say whether a recipient is a processor or a controller of its own.",
        "Each counts as a processor until someone has looked at its contract.",
    ),
    "tilt-terms": (
        "TILT has no vocabulary for data and purposes, nor a sign for special categories or marketing.",
        "Terms of the DPV and both signs are guessed from the words; the most general term where none fits.",
    ),
    "tilt-start": (
        "TILT gives the length of a storage period, not what it counts from.",
        "It counts from the day the data is recorded.",
    ),
    "tilt-review": (
        "The document keeps data as long as a condition holds, and names no day to look at it.",
        "It is reviewed once a year, counted from the last contact.",
    ),
    "tilt-longer": (
        "The document keeps data longer on a legal ground without an article.",
        "It is taken for a legal obligation.",
    ),
}
"""What the format leaves open for every document, and what is decided so that something can run."""


@dataclass(slots=True)
class Place:
    """A touchpoint in the making. `categories`: those of the entries it came from, to find it again by."""

    made: Map
    rows: list[Map]
    categories: list[str]
    labels: list[str]


@dataclass(slots=True)
class Draft:
    """Sections by id, and the ids already given."""

    account: Account
    german: bool
    has_site: bool = False
    data: dict[str, Map] = field(default_factory=dict)
    purposes: dict[str, Map] = field(default_factory=dict)
    recipients: dict[str, Map] = field(default_factory=dict)
    retention: dict[str, Map] = field(default_factory=dict)
    longer: dict[str, Map] = field(default_factory=dict)
    touchpoints: dict[str, Place] = field(default_factory=dict)
    assumed: set[str] = field(default_factory=set)
    unplaced: list[str] = field(default_factory=list)
    decided_by_machine: bool = False
    introduction: list[str] = field(default_factory=list)
    names: dict[str, Names] = field(default_factory=dict)

    def name(self, section: str, label: str) -> tuple[str, bool]:
        """The id of a label in a section, and whether it is new there."""
        return self._names(section).of(label)

    def free(self, section: str, wanted: str) -> str:
        return self._names(section).free(wanted)

    def _names(self, section: str) -> Names:
        return self.names.setdefault(section, Names(section.rstrip("s")))

    def assume(self, name: str) -> str:
        """Notes an assumption as used; gives its name."""
        self.assumed.add(name)
        return name
