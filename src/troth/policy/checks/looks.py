"""What several checks look at in the same way."""

import re
from collections.abc import Sequence

from troth.policy.model import Policy, Recipient, Row

SHOWN = 5


def listed(names: Sequence[str]) -> str:
    """`a`, `b` and 3 more: at most five by name."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:SHOWN]) + more


def gathered(section: str, names: Sequence[str]) -> str:
    """Where a finding about several entries of a section stands: at the entry if it is one, else at the section."""
    return f"{section}.{names[0]}" if len(names) == 1 else section


SORTS = {
    "marketing": re.compile(r"marketing|advertis|\bwerb(ung|e)|anzeigen", re.IGNORECASE),
    "analytics": re.compile(r"analytic|analyse|web statisti|webstatisti|reichweitenmess", re.IGNORECASE),
}
"""What a recipient does is a text of the author's: the words, in English and German, by which its sort is told."""


def does(recipient: Recipient | None, sort: str) -> bool:
    """True if some of what a recipient does is of one sort: `marketing`, `analytics`."""
    return recipient is not None and any(SORTS[sort].search(text) for text in recipient.does)


def only(recipient: Recipient | None, sort: str) -> bool:
    """True if all a recipient does is of one sort."""
    return recipient is not None and all(SORTS[sort].search(text) for text in recipient.does)


def kind(policy: Policy, item: str) -> str:
    """The kind of an item; empty for one that is not declared, which has its own problem."""
    return policy.data[item].kind if item in policy.data else ""


def dpv(policy: Policy, section: str, name: str) -> str:
    """The vocabulary's term of an item or a purpose, empty for one that is not declared."""
    entry = getattr(policy, section).get(name)
    return entry.dpv if entry else ""


def markets(policy: Policy, row: Row) -> bool:
    """True if a row serves any marketing purpose."""
    return row.marketing or any(p.purpose in policy.marketing_purposes for p in row.purposes)


def receivers_key(row: Row) -> str:
    return "assumed_recipients" if row.recipients is None else "recipients"


def at_row(at: str, row: Row) -> str:
    """`touchpoints.contact.rows.0` → `contact.main`: how a row is called in a sentence."""
    return f"{at.split('.')[1]}.{row.id}"
