"""The kinds of request that are built: what each is called, its article, and the work it means. Pure."""

from dataclasses import dataclass
from typing import Literal

Phase = Literal["find", "close", "erase", "erase-vault", "delete-account", "absent"]


@dataclass(frozen=True)
class Kind:
    """A kind of request. `phases`: the work in order; each begins when every step of the one before is settled."""

    id: str
    title: str
    ask: str
    article: str
    explains: str
    phases: tuple[Phase, ...]


KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind(
            "access",
            "A copy of your data",
            "Ask for a copy",
            "GDPR Art. 15",
            "We look in every system that may hold something about you and give you all of it, with why we have it, "
            "where it came from, how long it stays and who received it.",
            ("find",),
        ),
        Kind(
            "erasure",
            "Erase your data",
            "Ask for erasure",
            "GDPR Art. 17",
            "We erase what we hold about you in every system, look again, and give you a proof that it is gone. "
            "This cannot be undone.",
            ("close", "erase", "erase-vault", "absent"),
        ),
        Kind(
            "account-deletion",
            "Delete your account",
            "Ask for deletion of the account",
            "Privacy notice, section 5.2",
            "We delete your account and your sessions. What you posted in public stays up without your name. Deleting "
            "the account does not erase your other data: that is a further step, and you can ask for erasure too.",
            ("delete-account",),
        ),
    )
}

NOT_BUILT: tuple[tuple[str, str], ...] = (
    ("Correct your data", "GDPR Art. 16"),
    ("Restrict or object to a use", "GDPR Art. 18 and 21"),
    ("Take your data elsewhere", "GDPR Art. 20"),
    ("Details of transfers abroad", "GDPR Art. 13(1)(f)"),
    ("Complain to us", "GDPR Art. 77"),
    ("Disclosures for direct marketing (California)", "Cal. Civ. Code 1798.83"),
    ("Remove what you posted as a minor (California)", "Cal. Bus. & Prof. Code 22581"),
)
"""Rights that have no page of their own yet: the privacy centre names them with the address to write to."""
