"""Data leaves the EEA only where a mechanism is in force (GDPR Chapter V)."""

import re
from collections.abc import Iterator
from datetime import date

from troth.law.adequacy import adequate, free
from troth.policy.checks.registry import Finding, check
from troth.policy.model import Mechanism, Policy, Recipient
from troth.policy.needs import holds

CHAPTER = "GDPR Art. 44, 46, 13(1)(f)"
DPF = ("eu-us-dpf", "swiss-us-dpf")


def _mechanisms(policy: Policy) -> Iterator[tuple[str, Recipient, Mechanism]]:
    for rid, recipient in policy.recipients.items():
        for i, mechanism in enumerate(recipient.mechanisms):
            yield f"recipients.{rid}.mechanisms.{i}", recipient, mechanism


def _needing(policy: Policy) -> Iterator[tuple[str, Recipient, str]]:
    """Countries of recipients that need a mechanism."""
    for rid, recipient in policy.recipients.items():
        for i, country in enumerate(recipient.countries):
            if not free(country, policy.controller.country):
                yield f"recipients.{rid}.countries.{i}", recipient, country


@check("T-0340", "error", "a country outside the EEA has a mechanism", article=CHAPTER, needs=("controller",))
def mechanism_given(policy: Policy, day: date) -> Iterator[Finding]:
    for at, recipient, country in _needing(policy):
        if not any(m.country == country for m in recipient.mechanisms):
            message = f"{recipient.name} receives data in `{country}`, outside the EEA, without a transfer mechanism"
            kind = "adequacy" if adequate(country, day) else "…"
            help = f"add `mechanisms: [{{country: {country}, kind: {kind}}}]`"
            yield Finding(
                at, message, help if kind == "adequacy" else f"{help}, such as `scc` with the day it was signed"
            )


@check("T-0341", "error", "the mechanism is in force", article=CHAPTER, needs=("controller", "effective"))
def mechanism_in_force(policy: Policy, day: date) -> Iterator[Finding]:
    for at, recipient, country in _needing(policy):
        given = [m for m in recipient.mechanisms if m.country == country]
        dated = [m for m in given if m.kind != "adequacy" or adequate(country, day)]
        if dated and not any(holds(m, day) for m in dated):
            message = f"no mechanism for {recipient.name} in `{country}` is in force on {day}"
            yield Finding(at, message, "renew it, add one that is in force, or stop the transfer")


@check("T-0342", "error", "adequacy is claimed only where it was decided", article="GDPR Art. 45", needs=("effective",))
def adequacy_decided(policy: Policy, day: date) -> Iterator[Finding]:
    for at, recipient, mechanism in _mechanisms(policy):
        if mechanism.kind == "adequacy" and not adequate(mechanism.country, day):
            message = f"no adequacy decision for `{mechanism.country}` is in force on {day}"
            help = f"give another mechanism for {recipient.name}"
            if mechanism.country == "US":
                help = "that for the United States covers certified companies: `eu-us-dpf` with its `holder`, or `scc`"
            yield Finding(f"{at}.kind", message, help)


@check("T-0343", "error", "a certificate is the recipient's own", article="(EU) 2023/1795", needs=("controller",))
def certificate_own(policy: Policy, day: date) -> Iterator[Finding]:
    holders = {(plain(c.name), certificate) for c in policy.controller.group for certificate in c.certificates}
    for at, recipient, mechanism in _mechanisms(policy):
        holder, name = mechanism.holder, plain(recipient.name)
        if mechanism.kind not in DPF:
            continue
        if holder and name not in (plain(holder), bare(holder)):
            message = f"the `{mechanism.kind}` certificate claimed for {recipient.name} is held by {holder}"
            help = "it covers the company that holds it and no other: use `scc`, or make its holder the recipient"
            yield Finding(f"{at}.holder", message, help)
        elif not holder and (name, mechanism.kind) not in holders:
            message = (
                f"nothing says that {recipient.name} itself holds the `{mechanism.kind}` certificate claimed for it"
            )
            help = "look it up in the framework's list and write `holder:` as it stands there, or use `scc`"
            yield Finding(f"{at}.kind", message, help)


@check("T-0344", "error", "a certificate covers the United States", article="(EU) 2023/1795")
def certificate_country(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, mechanism in _mechanisms(policy):
        if mechanism.kind in DPF and mechanism.country != "US":
            message = f"`{mechanism.kind}` covers transfers to `US`, not to `{mechanism.country}`"
            yield Finding(f"{at}.kind", message, "give another mechanism for that country")


@check("T-0345", "error", "somebody holds the certificate that is promised", needs=("controller", "transfers"))
def certificate_held(policy: Policy, day: date) -> Iterator[Finding]:
    held = {certificate for company in policy.controller.group for certificate in company.certificates}
    for tid, term in policy.transfers.terms.items() if policy.transfers else ():
        for i, kind in enumerate(term.mechanisms):
            if kind in DPF and kind not in held:
                help = "name the group company that holds it under `controller.group`"
                yield Finding(f"transfers.terms.{tid}.mechanisms.{i}", f"no company of the group holds `{kind}`", help)


@check("T-0346", "error", "intra-group terms bind companies of the group", article=CHAPTER, needs=("controller",))
def group_terms(policy: Policy, day: date) -> Iterator[Finding]:
    group = {plain(company.name) for company in policy.controller.group} | {plain(policy.controller.name)}
    for at, recipient, mechanism in _mechanisms(policy):
        if mechanism.kind == "intra-group" and plain(recipient.name) not in group:
            message = f"{recipient.name} is no company of the group, so `intra-group` terms do not bind it"
            yield Finding(f"{at}.kind", message, "use another mechanism, or name it under `controller.group`")


@check("T-0347", "warning", "storage stands where the recipient processes", needs=("recipients",))
def storage_places(policy: Policy, day: date) -> Iterator[Finding]:
    for i, storage in enumerate(policy.storage):
        recipient = policy.recipients.get(storage.recipient)
        for j, country in enumerate(storage.countries if recipient else ()):
            if recipient and country not in recipient.countries:
                message = f"data is stored with {recipient.name} in `{country}`, which is not among its countries"
                yield Finding(f"storage.{i}.countries.{j}", message, "add it there, with its mechanism")


@check("T-0348", "error", "none is needed only where that is so", article=CHAPTER, needs=("controller",))
def none_needed(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, mechanism in _mechanisms(policy):
        if mechanism.kind == "none-needed" and not free(mechanism.country, policy.controller.country):
            message = f"`{mechanism.country}` is outside the EEA: a mechanism is needed there"
            yield Finding(f"{at}.kind", message, "say which: `adequacy`, `scc` or another")


FORMS = frozenset({"inc", "incorporated", "llc", "corp", "corporation", "ltd", "limited", "lp", "company", "co", "pbc"})


def bare(name: str) -> str:
    """A company's name as people say it: less its legal form, `Small, Inc.` as `small`."""
    words = plain(name).split()
    return " ".join(words[:-1] if words and words[-1] in FORMS else words)


def plain(name: str) -> str:
    """A company's name less case and punctuation: `Small, Inc.` and `small inc` are one."""
    return re.sub(r"\W+", " ", name).strip().casefold()
