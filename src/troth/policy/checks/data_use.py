"""Data goes only where it should: secrets, files, recordings, special categories, free text."""

import re
from collections.abc import Iterator
from datetime import date

from troth.policy.checks.looks import does, kind, receivers_key
from troth.policy.checks.registry import EUROPE, Finding, check, rows
from troth.policy.model import Policy
from troth.policy.needs import UNLESS_NAMED

ART_9 = frozenset({"consent", "legal claims"})
"""Bases of ours that are also grounds for special categories: explicit consent, legal claims (Art. 9(2)(a), (f))."""


@check("T-0320", "warning", "secrets, files and recordings go to nobody unless named", article="GDPR Art. 5(1)(c), (f)")
def named_or_kept(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        guarded = [f"`{i.item}`" for i in row.items if kind(policy, i.item) in UNLESS_NAMED]
        for i, receiver in enumerate(row.receivers if guarded else ()):
            if not receiver.items:
                message = f"`{receiver.recipient}` names no items, so it gets all but {', '.join(guarded)}"
                yield Finding(f"{at}.{receivers_key(row)}.{i}", message, "name the `items` it needs")


@check("T-0321", "error", "no secret or recording goes to marketing", article="GDPR Art. 5(1)(b), (c)")
def not_to_marketing(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        for i, receiver in enumerate(row.receivers):
            recipient = policy.recipients.get(receiver.recipient)
            marketer = row.marketing or (recipient is not None and recipient.direct_marketing)
            for j, item in enumerate(receiver.items if marketer or does(recipient, "marketing") else ()):
                if kind(policy, item) in ("secret", "recording"):
                    message = f"`{receiver.recipient}` does marketing and is to get the {kind(policy, item)} `{item}`"
                    yield Finding(f"{at}.{receivers_key(row)}.{i}.items.{j}", message, "leave it out")


@check("T-0322", "error", "special categories have a ground of their own", article="GDPR Art. 9(2)", laws=EUROPE)
def special_ground(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        special = [i.item for i in row.items if i.item in policy.data and policy.data[i.item].special]
        for i, purpose in enumerate(row.purposes if special else ()):
            if purpose.relies_on not in ART_9 and not purpose.special_ground:
                message = f"`{special[0]}` is a special category, and `{purpose.relies_on}` is no ground for those"
                help = "rely on consent that is explicit, name another `special_ground`, or do not collect it"
                yield Finding(f"{at}.purposes.{i}.relies_on", message, help)


@check("T-0323", "warning", "free text is collected with a hint", article="GDPR Art. 5(1)(c), 25(2)")
def hint_given(policy: Policy, day: date) -> Iterator[Finding]:
    for name, item in policy.data.items():
        if (item.kind == "free text" or (item.kind == "given" and item.format == "long text")) and not item.hint:
            message = f"`{name}` is free text, and no hint asks people to leave out what is not needed"
            yield Finding(f"data.{name}", message, "add `hint:`, such as `please write nothing about your health`")


@check("T-0324", "warning", "a `dpv` term has a prefix")
def term_formed(policy: Policy, day: date) -> Iterator[Finding]:
    for section in ("data", "purposes", "secondary_purposes"):
        for name, part in getattr(policy, section).items():
            if not re.fullmatch(r"[a-z][a-z0-9-]*:[A-Za-z0-9-]+", part.dpv):
                help = "write prefix and term, such as `pd:EmailAddress`"
                yield Finding(f"{section}.{name}.dpv", f"`{part.dpv}` is not a term of the vocabulary", help)
