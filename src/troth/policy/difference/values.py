"""A change of a policy, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Class = Literal["wording", "notice", "significant", "fresh consent", "kept for old data"]
"""How a change is treated (semantics: The policy, *Difference*).

*wording*: nobody is told. *notice*: published only. *significant*: people concerned are told before it takes effect.
*fresh consent*: a purpose based on consent widened, so the consents given for it lapse. *kept for old data*: a promise
got weaker, so data collected under it keeps it.
"""

WEIGHT: Mapping[Class, int] = {
    "wording": 0,
    "notice": 1,
    "kept for old data": 2,
    "significant": 3,
    "fresh consent": 4,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    `kind`: a stable name such as `recipient-added`. `classes`: heaviest first, never empty. `where`: dotted path in
    the new policy, in the old one where the part is gone (`gone`). `rows`: the (touchpoint, row) whose records and
    persons it concerns; `everyone`: it concerns everybody known, whatever their records. `purposes`, `recipients`,
    `items`: the names it is about, as far as they narrow it. `old`, `new`: what stood there and what stands there, in
    the policy's own words (labels, not ids); empty where there was nothing. `words`: further labels by name, for the
    sentence that tells it.
    """

    kind: str
    classes: tuple[Class, ...]
    where: str
    gone: bool = False
    rows: tuple[tuple[str, str], ...] = ()
    everyone: bool = False
    purposes: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def heaviest(self) -> Class:
        return self.classes[0]

    @property
    def silent(self) -> bool:
        """True if nobody needs to hear of it: wording only."""
        return self.heaviest == "wording"
