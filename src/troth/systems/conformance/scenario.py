"""What the conformance suite must know of a vendor; everything else it finds out by asking connector and double."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers

Record = Mapping[str, Any]
"""One of the flat list `records` that the double's `dump` gives: everything of everybody, deleted halves included."""


@dataclass(frozen=True)
class Scenario:
    """A vendor's part in the suite.

    `settings`: the connector's entry in the systems file for the double, without `url` and `allow_private`, which are
    added: `url` is `http://127.0.0.1:PORT/<vendor>` unless `urls` names settings that want other addresses below it
    (setting → path). `secret`: the setting that holds the credential, to break it.

    `seed` is POSTed to the double: things of `person` and of at least one other. `mine` says which of the double's
    records are the person's and still hold something of theirs. `findings`: how many `find` must give (None: find is
    not offered). `crowd`: a seed in which the person has more things than fit a page, and how many.

    `changes` (data item → right value) for rectify and `rectified`: whether a record of the person shows them.
    `suppressed`: whether the double's whole state shows that marketing to the person is off. `outgoing`: what is
    delivered. `oldest`: the ISO time, or its beginning, of the oldest thing of `seed`.
    """

    vendor: str
    settings: Mapping[str, Any]
    secret: str
    person: Identifiers
    seed: Mapping[str, Any]
    mine: Callable[[Record], bool]
    findings: int | None
    crowd: tuple[Mapping[str, Any], int] | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    rectified: Callable[[Record], bool] | None = None
    suppressed: Callable[[Mapping[str, Any]], bool] | None = None
    outgoing: Outgoing | None = None
    oldest: str | None = None
    urls: Mapping[str, str] = field(default_factory=dict)
