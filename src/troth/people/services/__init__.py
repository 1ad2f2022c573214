"""The one door for acts on people and the vault."""

from troth.people.services.destroy import (
    Destroyed,
    TooManyOrphans,
    close_entries,
    finish_destroying,
    sweep_orphan_keys,
)
from troth.people.services.erase import Erased, erase, erase_many
from troth.people.services.keep import Due, confirm_needed, erase_due, erase_records
from troth.people.services.prepare import IdentifierTaken, PersonRef, add_identifier, prepare
from troth.people.services.shorten import shorten
from troth.people.services.store import PersonGone, hold_many, hold_still, store_record

__all__ = [
    "Destroyed",
    "Due",
    "Erased",
    "IdentifierTaken",
    "PersonGone",
    "PersonRef",
    "TooManyOrphans",
    "add_identifier",
    "close_entries",
    "confirm_needed",
    "erase",
    "erase_due",
    "erase_many",
    "erase_records",
    "finish_destroying",
    "hold_many",
    "hold_still",
    "prepare",
    "shorten",
    "store_record",
    "sweep_orphan_keys",
]
