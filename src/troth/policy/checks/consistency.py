"""The parts of a policy fit each other."""

from collections.abc import Iterator
from datetime import date

from troth.policy.checks.registry import EUROPE, Finding, check, rows
from troth.policy.model import Policy, Purpose

LEGITIMATE = "legitimate interest"


@check("T-0301", "error", "a marketing row relies on consent alone", article="GDPR Art. 7(2), (4); ePrivacy Art. 13(1)")
def marketing_by_consent(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        for i, purpose in enumerate(row.purposes if row.marketing else ()):
            if not policy.purposes.get(purpose.purpose, _MARKETING).marketing:
                continue  # that is T-0302's
            if purpose.relies_on != "consent" or set(row.purpose_bases(purpose)) != {"consent"}:
                message = f"a marketing row relies on consent alone, not on `{purpose.relies_on}`"
                if purpose.relies_on == "consent":
                    message = "a marketing row relies on consent alone: its bases name others"
                yield Finding(f"{at}.purposes.{i}.relies_on", message, "give `bases: [consent]`")


@check("T-0302", "error", "a marketing row serves marketing purposes only")
def marketing_purposes(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        for i, purpose in enumerate(row.purposes if row.marketing else ()):
            if not policy.purposes.get(purpose.purpose, _MARKETING).marketing:
                message = f"the row is `marketing: true`, but its purpose `{purpose.purpose}` is not"
                help = f"mark the purpose `marketing: true`, or move `{purpose.purpose}` to another row"
                yield Finding(f"{at}.purposes.{i}.purpose", message, help)


_MARKETING = Purpose(label="unknown", dpv="unknown", marketing=True)
"""A purpose that is not declared, or not sound, has its own problem."""


@check("T-0303", "error", "a legitimate interest is named", article="GDPR Art. 13(1)(d)", laws=EUROPE)
def interest_named(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        if not row.interest and any(LEGITIMATE in row.purpose_bases(p) for p in row.purposes):
            yield Finding(f"{at}.bases", "a legitimate interest is claimed but not named", "add `interest:` to the row")
    for pid, secondary in policy.secondary_purposes.items():
        if not secondary.interest and LEGITIMATE in secondary.bases:
            message = f"`{pid}` claims a legitimate interest but does not name it"
            yield Finding(f"secondary_purposes.{pid}.bases", message, "add `interest:`")


@check(
    "T-0304", "error", "consent can be withdrawn", article="GDPR Art. 7(3), 13(2)(c)", needs=("rights", "touchpoints")
)
def consent_withdrawn(policy: Policy, day: date) -> Iterator[Finding]:
    if any(right.kind == "withdraw-consent" for right in policy.rights.values()):
        return
    for at, _, row in rows(policy):
        if any("consent" in row.purpose_bases(p) for p in row.purposes):
            message = "consent is among the bases, but no right says how to withdraw it"
            yield Finding(f"{at}.bases", message, "add a right of `kind: withdraw-consent`")
            return


@check("T-0305", "warning", "every recipient receives", needs=("touchpoints", "recipients", "storage", "cookies"))
def recipient_used(policy: Policy, day: date) -> Iterator[Finding]:
    used = {r.recipient for _, _, row in rows(policy) for r in row.receivers}
    used |= {s.recipient for s in policy.storage} | {c.setter for c in policy.cookies.values()}
    yield from _unused(policy.recipients, used, "recipients", "no row gives data to the recipient")


@check("T-0306", "warning", "every purpose is used", needs=("touchpoints", "purposes"))
def purpose_used(policy: Policy, day: date) -> Iterator[Finding]:
    used = {p.purpose for _, _, row in rows(policy) for p in row.purposes}
    yield from _unused(policy.purposes, used, "purposes", "no row serves the purpose")


@check("T-0307", "warning", "every data item is collected", needs=("touchpoints", "data"))
def item_collected(policy: Policy, day: date) -> Iterator[Finding]:
    used = {item for _, _, row in rows(policy) for item in row.item_ids}
    yield from _unused(policy.data, used, "data", "no row collects the data item")


@check("T-0308", "warning", "every retention rule is used", needs=("touchpoints", "retention"))
def rule_used(policy: Policy, day: date) -> Iterator[Finding]:
    used = {r.rule for _, _, row in rows(policy) for r in row.retention}
    yield from _unused(policy.retention, used, "retention", "no row keeps data by the rule")


@check("T-0309", "warning", "every group and site has touchpoints", needs=("touchpoints", "groups", "sites"))
def place_used(policy: Policy, day: date) -> Iterator[Finding]:
    groups = {t.group for t in policy.touchpoints.values()}
    yield from _unused(policy.groups, groups, "groups", "no touchpoint is in the group")
    sites = {site for t in policy.touchpoints.values() for site in t.sites}
    yield from _unused(policy.sites, sites, "sites", "no touchpoint is on the site")


def _unused(declared: object, used: set[str], section: str, words: str) -> Iterator[Finding]:
    for name in declared if isinstance(declared, dict) else ():
        if name not in used:
            yield Finding(f"{section}.{name}", f"{words} `{name}`", "use it, or remove it")


@check("T-0310", "warning", "an interest is named only where one is claimed")
def interest_claimed(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        if row.interest and not any(LEGITIMATE in row.purpose_bases(p) for p in row.purposes):
            message = "an `interest` is named, but no purpose of the row has `legitimate interest` among its bases"
            yield Finding(f"{at}.interest", message, "remove it, or name the basis")
