"""What companies certified under the Data Privacy Framework must publish (Principle 1, Notice)."""

from collections.abc import Iterator
from datetime import date

from troth.policy.checks.registry import Finding, check, rows
from troth.policy.checks.transfers import plain
from troth.policy.model import Policy

NOTICE = "(EU) 2023/1795, Annex I, II.1"
COMMITMENTS = {
    "list_url": "a link to the framework's list",
    "enforcement": "which authority may investigate (FTC or DoT)",
    "arbitration": "that binding arbitration may be invoked",
    "authorities_access": "that lawful requests of public authorities are met",
    "onward_liability": "liability where data is passed on",
}
"""Sentences of the notice beside those that are told elsewhere: Principle 1(a)(i), (x) to (xiii)."""


def _certified(policy: Policy) -> list[str]:
    return [plain(company.name) for company in policy.controller.group if company.certificates]


@check("T-0430", "warning", "a certificate comes with its commitments", article=NOTICE, needs=("controller", "dpf"))
def commitments_there(policy: Policy, day: date) -> Iterator[Finding]:
    for i, company in enumerate(policy.controller.group):
        if company.certificates and policy.dpf is None:
            message = f"{company.name} holds a certificate, and what it must publish for it is not there"
            yield Finding(f"controller.group.{i}.certificates", message, "add `dpf:`")


@check("T-0431", "error", "the companies named are those certified", article=NOTICE, needs=("controller", "dpf"))
def entities_certified(policy: Policy, day: date) -> Iterator[Finding]:
    for i, entity in enumerate(policy.dpf.entities if policy.dpf else ()):
        if plain(entity) not in _certified(policy):
            message = f"{entity} is said to be certified, and no company of that name holds a certificate"
            help = "a certificate covers its holder only: give `certificates` to that company of the group"
            yield Finding(f"dpf.entities.{i}", message, help)


@check("T-0432", "error", "an independent body hears complaints", article=f"{NOTICE}(a)(ix), II.7", needs=("dpf",))
def recourse_there(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.dpf and policy.dpf.recourse is None:
        message = "no independent body is named that hears complaints free of charge"
        yield Finding("dpf.recourse", message, "add `recourse: {name: …, url: …}`")


@check("T-0433", "error", "the notice of the framework is whole", article=f"{NOTICE}(a)", needs=("dpf",))
def notice_whole(policy: Policy, day: date) -> Iterator[Finding]:
    for key, words in COMMITMENTS.items() if policy.dpf else ():
        if not getattr(policy.dpf, key):
            yield Finding(f"dpf.{key}", f"the notice of the framework lacks {words}", f"add `{key}:`")


@check(
    "T-0434",
    "warning",
    "the certificate covers staff where staff data comes in",
    article="(EU) 2023/1795, Annex I, III.9",
    needs=("dpf", "purposes"),
)
def staff_covered(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.dpf and not policy.dpf.covers:
        yield Finding("dpf", "nothing says whether data of staff is covered, other data, or both", "add `covers:`")
    elif policy.dpf and "hr" not in policy.dpf.covers:
        terms = {name: purpose.dpv for name, purpose in policy.purposes.items()}
        for at, _, row in rows(policy):
            for i, purpose in enumerate(row.purposes):
                if terms.get(purpose.purpose, "").startswith(("dpv:HumanResource", "dpv:Personnel")):
                    message = f"`{purpose.purpose}` concerns staff, whose data the certificate does not cover"
                    yield Finding(f"{at}.purposes.{i}", message, "add `hr` to `dpf.covers` once certified")


@check(
    "T-0435",
    "error",
    "the yearly certification has not lapsed",
    article="(EU) 2023/1795, Annex I, III.6",
    needs=("dpf", "effective"),
)
def certification_lapsed(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.dpf and policy.dpf.certified_until and policy.dpf.certified_until < day:
        message = f"the certification lapsed on {policy.dpf.certified_until}"
        yield Finding("dpf.certified_until", message, "certify again, or take every claim of it out of the policy")
