"""What California wants told: CCPA, the Online Privacy Protection Act, Civ. Code 1798.83, B&P 22581.

Run where the policy answers to the law, which `regimes` says.
"""

from collections.abc import Iterator
from datetime import date

from troth.law.calendar import add_months
from troth.policy.checks.looks import listed
from troth.policy.checks.registry import CALIFORNIA, EUROPE, Finding, check
from troth.policy.model import Policy

LAWS = {"cal-1798-83": "Cal. Civ. Code 1798.83", "cal-22581": "Cal. B&P 22581"}
"""Kinds of rights that are a regime's own; right and regime have the same name."""

RIGHTS = {
    "access": "know what is collected (1798.110)",
    "erasure": "have data deleted (1798.105)",
    "rectification": "have data corrected (1798.106)",
}
"""Kinds of rights the CCPA wants described."""

METHODS = 2
YEAR = 12


def _told(policy: Policy) -> set[str]:
    return {right.kind for right in policy.rights.values()}


@check(
    "T-0440",
    "error",
    "people may ask who got data for direct marketing",
    article="Cal. Civ. Code 1798.83(a)",
    needs=("rights", "recipients", "regimes"),
)
def disclosures_told(policy: Policy, day: date) -> Iterator[Finding]:
    if "cal-1798-83" in _told(policy) or not {"cal-1798-83", "ccpa"} & set(policy.regimes):
        return
    own = [rid for rid, recipient in policy.recipients.items() if recipient.direct_marketing]
    if "cal-1798-83" in policy.regimes or own:
        why = f": {listed(own)} uses data for its own marketing" if own else ""
        message = f"no right says how customers in California learn who got their data for direct marketing{why}"
        yield Finding("rights", message, "add a right of `kind: cal-1798-83`")


@check(
    "T-0441",
    "error",
    "a Californian right says where to turn",
    article="Cal. Civ. Code 1798.83(b)(1); B&P 22581(a)(2), (3)",
    needs=("rights",),
)
def address_designated(policy: Policy, day: date) -> Iterator[Finding]:
    for rid, right in policy.rights.items():
        if right.kind in LAWS and not right.how:
            message = f"{LAWS[right.kind]} wants an address or instructions, and `{rid}` gives none"
            yield Finding(f"rights.{rid}", message, "add `how:`")


@check(
    "T-0442",
    "error",
    "minors may have removed what they posted",
    article="Cal. B&P 22581(a)(1), (2)",
    needs=("rights", "regimes"),
)
def removal_told(policy: Policy, day: date) -> Iterator[Finding]:
    if "cal-22581" in policy.regimes and "cal-22581" not in _told(policy):
        message = "no right tells registered users under 18 that they may have removed what they posted"
        yield Finding("rights", message, "add a right of `kind: cal-22581`")


@check("T-0443", "error", "removal is not promised to be complete", article="Cal. B&P 22581(a)(4)", needs=("rights",))
def removal_limits(policy: Policy, day: date) -> Iterator[Finding]:
    for rid, right in policy.rights.items():
        if right.kind == "cal-22581" and not right.limits:
            message = f"`{rid}` does not explain that removal may leave copies or reposts behind"
            yield Finding(f"rights.{rid}", message, "say so under `limits:`")


@check(
    "T-0444",
    "error",
    "the title says privacy",
    article="Cal. B&P 22575(a), 22577(b)",
    needs=("title", "languages", "regimes"),
)
def title_says(policy: Policy, day: date) -> Iterator[Finding]:
    english = "en" in {language.partition("-")[0] for language in policy.languages}
    if "caloppa" in policy.regimes and english and "privacy" not in policy.title.casefold():
        message = f"a link called `{policy.title}` is not conspicuous: the word `privacy` is not in it"
        yield Finding("title", message, "put the word into the title; pages link to the policy by it")


@check(
    "T-0445",
    "error",
    "whether others follow people across sites is told",
    article="Cal. B&P 22575(b)(6)",
    needs=("signals", "regimes"),
)
def followers_told(policy: Policy, day: date) -> Iterator[Finding]:
    if "caloppa" in policy.regimes and policy.signals and not policy.signals.others:
        message = "nothing says whether other parties follow people over time and across sites here"
        yield Finding("signals.others", message, "add `others:` to `signals`")


@check(
    "T-0446",
    "warning",
    "people may review and change what they gave",
    article="Cal. B&P 22575(b)(2)",
    needs=("rights", "regimes"),
)
def review_told(policy: Policy, day: date) -> Iterator[Finding]:
    for rid, right in policy.rights.items() if "caloppa" in policy.regimes else ():
        if right.kind in ("access", "rectification") and not right.how:
            message = f"`{rid}` does not describe how people review or change what they gave"
            yield Finding(f"rights.{rid}", message, "add `how:`")


@check(
    "T-0447",
    "error",
    "what the CCPA wants told is there",
    article="Cal. Civ. Code 1798.100(a), 1798.130(a)(5)",
    needs=("california", "regimes"),
)
def california_there(policy: Policy, day: date) -> Iterator[Finding]:
    if "ccpa" in policy.regimes and policy.california is None:
        message = "the policy answers to the CCPA, and does not say whether data is sold or shared"
        yield Finding("regimes", message, "add `california:`")


@check(
    "T-0448",
    "error",
    "people may opt out of selling and sharing",
    article="Cal. Civ. Code 1798.120, 1798.135(a)",
    needs=("california",),
)
def opt_out_there(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.california and policy.california.sells_or_shares and not policy.california.opt_out:
        message = "data is sold or shared, and no link says how to opt out of that"
        yield Finding("california.sells_or_shares", message, "add `opt_out:`, the link")


@check(
    "T-0449",
    "error",
    "what is sold or shared is said to be",
    article="Cal. Civ. Code 1798.140(ad), (ah)",
    needs=("california", "recipients"),
)
def sale_said(policy: Policy, day: date) -> Iterator[Finding]:
    own = [rid for rid, recipient in policy.recipients.items() if recipient.direct_marketing]
    if policy.california and not policy.california.sells_or_shares and own:
        message = f"{listed(own)} gets data for its own direct marketing, which is selling or sharing it"
        yield Finding("california.sells_or_shares", message, "write `true`, and give the link to opt out")


@check(
    "T-0450",
    "error",
    "a request can be sent in two ways",
    article="Cal. Civ. Code 1798.130(a)(1)",
    needs=("california",),
)
def two_ways(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.california and len(policy.california.methods) < METHODS:
        message = f"the law wants two ways to send a request, and {len(policy.california.methods) or 'none'} is given"
        help = "add another to `methods`; who deals with people online only may accept this with that reason"
        yield Finding("california.methods", message, help)


@check("T-0451", "error", "using a right costs nothing", article="Cal. Civ. Code 1798.125", needs=("california",))
def equal_service(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.california and not policy.california.equal_service:
        message = "nothing says that people who use a right are treated no worse for it"
        yield Finding("california", message, "add `equal_service:`")


@check(
    "T-0452",
    "warning",
    "the policy was looked over within a year",
    article="Cal. Civ. Code 1798.130(a)(5)",
    needs=("effective", "regimes"),
)
def looked_over(policy: Policy, day: date) -> Iterator[Finding]:
    if "ccpa" in policy.regimes and add_months(policy.effective, YEAR) < day:
        message = f"the policy is of {policy.effective}: the CCPA wants it looked over at least every twelve months"
        yield Finding("effective", message, "publish it anew, with the disclosures of the last twelve months")


@check(
    "T-0454",
    "error",
    "consumers are told their rights",
    article="Cal. Civ. Code 1798.130(a)(5)(A), 1798.105 to 1798.110",
    needs=("rights", "regimes"),
    laws=CALIFORNIA,
)
def rights_described(policy: Policy, day: date) -> Iterator[Finding]:
    for kind, word in RIGHTS.items() if EUROPE.isdisjoint(policy.regimes) else ():  # there, T-0402 wants them all
        if kind not in _told(policy):
            message = f"the right to {word} is missing"
            yield Finding("rights", message, f"add a right of `kind: {kind}`")


@check("T-0453", "warning", "a right belongs to a law the policy answers to", needs=("rights", "regimes"))
def regime_declared(policy: Policy, day: date) -> Iterator[Finding]:
    for rid, right in policy.rights.items():
        if right.kind in LAWS and right.kind not in policy.regimes:
            message = f"`{rid}` is a right of {LAWS[right.kind]}, which is not among the `regimes`"
            yield Finding(f"rights.{rid}.kind", message, f"add `{right.kind}` to `regimes`")
