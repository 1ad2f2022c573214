"""The texts of a policy that people read: which they are, and the policy with each of them in other words. Pure."""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from troth.policy.model import Policy
from troth.policy.model.actors import Recipient, Site
from troth.policy.model.base import Part
from troth.policy.model.data import (
    AutomatedDecision,
    Item,
    Purpose,
    RetentionException,
    RetentionRule,
    SecondaryPurpose,
)
from troth.policy.model.promises import (
    Anonymous,
    Assumption,
    Changes,
    Children,
    Measure,
    Never,
    Right,
    SharingGround,
    Signals,
    Storage,
    ThirdPartyService,
    Transfers,
    TransferTerm,
)
from troth.policy.model.regimes import California, Dpf
from troth.policy.model.touchpoints import Row, RowItem, RowPurpose, Touchpoint

SAID: Mapping[type[Part], tuple[str, ...]] = {
    Policy: (
        "title",
        "introduction",
        "published_source",
        "sites",
        "groups",
        "touchpoints",
        "data",
        "purposes",
        "secondary_purposes",
        "recipients",
        "retention",
        "retention_exceptions",
        "never",
        "sharing",
        "storage",
        "transfers",
        "rights",
        "children",
        "dpf",
        "california",
        "signals",
        "changes",
        "anonymous",
        "security",
        "third_parties",
        "assumptions",
    ),
    Site: ("label",),
    Touchpoint: ("title", "persons", "source", "rows"),
    Row: ("items", "purposes", "interest", "without"),
    RowItem: ("published_as",),
    RowPurpose: ("law",),
    Item: ("label", "hint"),
    Purpose: ("label", "automated"),
    AutomatedDecision: ("logic", "consequences", "human"),
    SecondaryPurpose: ("label", "interest", "law", "may_invoke"),
    Recipient: ("does", "arrangement"),
    RetentionRule: ("label",),
    RetentionException: ("label", "text"),
    Never: ("label", "text"),
    SharingGround: ("label", "text", "to"),
    Storage: ("places",),
    Transfers: ("terms",),
    TransferTerm: ("label", "text"),
    Right: ("label", "text", "limits", "applies_to", "how"),
    Children: ("guardian", "text", "verified_by"),
    Signals: ("text", "others"),
    Changes: ("significant", "told_by", "text"),
    Anonymous: ("text", "uses"),
    Measure: ("label", "text"),
    ThirdPartyService: ("label", "text"),
    Dpf: ("commitment", "enforcement", "arbitration", "authorities_access", "onward_liability"),
    California: ("methods", "equal_service"),
    Assumption: ("open", "decided"),
}
"""The fields of each part that people read, and those that lead to such. Everything else stays as it is: names of
companies and systems, addresses, ids, codes, the clause register, what is said to the authors only."""

EVERYONE = "everyone"
"""What `applies_to` of a right says where the files say nothing: a word of ours, so no author has to translate it."""


def texts(policy: Policy) -> dict[str, str]:
    """The texts that people read, in the order of the policy, each with the first place (dotted path) it stands in."""
    found: dict[str, str] = {}
    _gather(policy, "", found)
    found.pop(EVERYONE, None)
    return found


def _gather(value: object, path: str, found: dict[str, str]) -> None:
    if isinstance(value, str):
        found.setdefault(value, path)
    elif isinstance(value, Part):
        for name in SAID.get(type(value), ()):
            inner = getattr(value, name)
            if inner:
                _gather(inner, f"{path}.{name}" if path else name, found)
    elif isinstance(value, dict | tuple):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            _gather(inner, f"{path}.{key}", found)


T = TypeVar("T")


def in_other_words(value: T, say: Callable[[str], str]) -> T:
    """The value with every text that people read put through `say`; itself where none changes."""
    return cast(T, _changed(value, say))


def _changed(value: object, say: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return say(value)
    if isinstance(value, Part):
        changes: dict[str, object] = {}
        for name in SAID.get(type(value), ()):
            old = getattr(value, name)
            new = _changed(old, say) if old else old
            if new is not old:
                changes[name] = new
        return value.model_copy(update=changes) if changes else value
    if isinstance(value, tuple):
        parts = tuple([_changed(part, say) for part in value])
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    if isinstance(value, dict):
        entries = {key: _changed(part, say) for key, part in value.items()}
        return entries if any(entries[key] is not part for key, part in value.items()) else value
    return value
