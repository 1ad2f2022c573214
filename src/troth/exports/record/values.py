"""The record of processing as values; tables and documents are renderings of it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Form = Literal["controller", "processor"]
"""Whose record: Art. 30(1) GDPR, or Art. 30(2) for what is done on behalf of someone else."""


@dataclass(frozen=True, slots=True)
class Balancing:
    """The assessment behind a legitimate interest: the day it was made, the day it is looked at again, and why."""

    day: date
    review: date
    outcome: str


@dataclass(frozen=True, slots=True)
class PurposeUse:
    """A purpose of an activity. `basis`: the one it relies on; `interest`: in words, where that is an interest.

    `published_bases`: those the published text gives it. `law`: the law behind a
    duty. `special_ground`: the ground of Art. 9(2). `automated`: the logic, where a machine
    alone decides.
    """

    id: str
    label: str
    dpv: str
    basis: str
    published_bases: tuple[str, ...] = ()
    interest: str | None = None
    balancing: Balancing | None = None
    law: str | None = None
    special_ground: str | None = None
    automated: str | None = None
    marketing: bool = False
    profiling: bool = False


@dataclass(frozen=True, slots=True)
class DataUse:
    """A category of data of an activity. `kind`: how it comes about (`given`, `observed`, `secret`, …)."""

    id: str
    label: str
    dpv: str
    kind: str
    special: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class PartyUse:
    """A recipient of an activity. `items`: labels of what it gets. `assumed`: the published text does not name it.

    `contract`: day of the processing agreement; `arrangement`: its essence, with a joint controller (Art. 26).
    """

    id: str
    name: str
    role: str
    does: tuple[str, ...]
    countries: tuple[str, ...]
    items: tuple[str, ...] = ()
    contract: date | None = None
    arrangement: str | None = None
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class TransferUse:
    """A recipient in a third country and what makes the transfer lawful; `kind` is None where nothing is named."""

    recipient: str
    country: str
    kind: str | None
    since: date | None = None
    until: date | None = None
    in_force: bool = False


@dataclass(frozen=True, slots=True)
class Keeping:
    """A time limit. `rule`: its short form (`P60D after recorded`); `items`: labels it covers, empty for the rest.

    `review`, `review_after`: how often it is decided whether data is still needed, and from when that counts.
    """

    label: str
    rule: str
    review: str | None = None
    review_after: str | None = None
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Activity:
    """One processing activity: a row of a touchpoint, or a secondary purpose (`row` and `touchpoint` are None then).

    `persons_stated`: False where `persons` is not said by the policy and the group's label stands in.
    `used_by`: who inside may invoke it, for secondary purposes. `without`: what happens if the data is not given;
    `provision`: whether a law or a contract requires it (`statutory`, `contractual`, `voluntary`).
    """

    id: str
    name: str
    group: str
    touchpoint: str | None
    row: str | None
    marketing: bool
    purposes: tuple[PurposeUse, ...]
    persons: tuple[str, ...]
    persons_stated: bool
    data: tuple[DataUse, ...]
    recipients: tuple[PartyUse, ...]
    recipients_stated: bool
    transfers: tuple[TransferUse, ...]
    retention: tuple[Keeping, ...]
    source: str | None = None
    channels: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    provision: str | None = None
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A labelled text that holds for every activity: a measure, a sharing ground, a retention exception."""

    id: str
    label: str
    text: str
    basis: tuple[str, ...] = ()
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who answers for the processing, and through whom they are reached (Art. 30(1)(a), (2)(a))."""

    name: str
    country: str
    contact: str
    address: str | None = None
    dpo: str | None = None
    no_dpo: str | None = None
    representatives: tuple[str, ...] = ()
    joint: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """Something Art. 30 asks for that the policy does not say. `where`: dotted path in the policy.

    `asks`: in English, with `{title}` for what it is `about`.
    """

    where: str
    asks: str
    article: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """An assumption that activities rest on: what the published text leaves open and what was decided."""

    id: str
    open: str
    decided: str


@dataclass(frozen=True, slots=True)
class Record:
    """The whole record as of a day.

    `hosts`: the recipients that store the data of every activity. `transfers`: to them and to companies of the group,
    beside those of each activity. `language`: that of the texts.
    """

    form: Form
    language: str
    policy: str
    title: str
    digest: str
    effective: date
    as_of: date
    responsible: Responsible
    activities: tuple[Activity, ...]
    hosts: tuple[PartyUse, ...]
    transfers: tuple[TransferUse, ...]
    measures: tuple[Entry, ...]
    disclosures: tuple[Entry, ...]
    longer: tuple[Entry, ...]
    transfer_terms: tuple[Entry, ...]
    storage: tuple[Entry, ...]
    rights: tuple[Entry, ...]
    assumptions: tuple[Decided, ...]
    open: tuple[Open, ...]
