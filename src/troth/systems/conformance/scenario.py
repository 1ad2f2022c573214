"""What the conformance suite must know of a vendor; everything else it finds out by asking connector and double."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
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

    What a vendor does otherwise than others, each with its reason where it is a text:

    `own`: the folder of connectors this one lies in, where it is not Troth's. `stranger`: identifiers nobody has, if
    the suite's own will not do. `unnamed`: why findings name no items. `in_urls`: operation → why it carries something
    personal in its URL. `stays_away`: why somebody who was erased cannot come back. `takes_any_item`: why an item
    without a field is no fault (a document is delivered whole). `custom`: (seed, field) with which the item
    `shoe-size` can be delivered when `fields` maps it. `unread`: operation → why `find` and `oldest` are as good
    without its reply.
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
    own: Path | None = None
    stranger: Identifiers | None = None
    unnamed: str = ""
    in_urls: Mapping[str, str] = field(default_factory=dict)
    stays_away: str = ""
    takes_any_item: str = ""
    custom: tuple[Mapping[str, Any], str] | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
