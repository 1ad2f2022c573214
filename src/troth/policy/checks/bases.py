"""What a purpose relies on, and whether it may."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from troth.policy.checks.looks import at_row, listed
from troth.policy.checks.registry import EUROPE, Finding, check, rows
from troth.policy.model import Policy

INTEREST = "legitimate interest"
NOT_MARKETING = frozenset(
    {"contract", "pre-contract", "legal obligation", "vital interest", "public interest", "legal claims"}
)
MESSAGES = frozenset({"email", "phone"})
UNASKED = frozenset({"import", "logs"})
"""Channels on which nobody can be asked for consent."""


@check("T-0311", "error", "a purpose of a touchpoint relies on one basis", article="GDPR Art. 6(1), 13(1)(c)")
def one_basis(policy: Policy, day: date) -> Iterator[Finding]:
    for tid, touchpoint in policy.touchpoints.items():
        first: dict[str, str] = {}
        for r, row in enumerate(touchpoint.rows):
            for i, purpose in enumerate(row.purposes):
                before = first.setdefault(purpose.purpose, purpose.relies_on)
                if before != purpose.relies_on:
                    message = f"`{purpose.purpose}` relies on `{purpose.relies_on}` here and on `{before}` above"
                    help = "keep one of them: withdrawing consent or objecting would otherwise change nothing"
                    yield Finding(f"touchpoints.{tid}.rows.{r}.purposes.{i}.relies_on", message, help)


@check(
    "T-0312", "warning", "a choice among several bases is marked", article="GDPR Art. 13(1)(c)", needs=("touchpoints",)
)
def choice_marked(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        times = Counter(p.purpose for p in row.purposes)  # what stands there twice is T-0311's
        for i, purpose in enumerate(() if row.marketing else row.purposes):  # those are T-0301's
            bases = row.purpose_bases(purpose)
            if times[purpose.purpose] == 1 and len(bases) > 1 and not (purpose.assumption or row.assumption):
                message = f"`{purpose.purpose}` is published with {len(bases)} bases: people are not told which holds"
                help = f"add `bases: [{purpose.relies_on}]` to it, or name the `assumption` that chose it"
                yield Finding(f"{at}.purposes.{i}", message, help)


@check("T-0313", "error", "marketing is not part of a contract", article="GDPR Art. 6(1)(b), 21(2)")
def marketing_no_contract(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        for i, purpose in enumerate(() if row.marketing else row.purposes):
            if purpose.purpose in policy.marketing_purposes and purpose.relies_on in NOT_MARKETING:
                message = f"marketing cannot rely on `{purpose.relies_on}`: nothing a person asked for needs it"
                yield Finding(f"{at}.purposes.{i}.relies_on", message, "let it rely on consent")


@check(
    "T-0314", "warning", "marketing by mail or phone waits for consent", article="ePrivacy Art. 13(1), (2)", laws=EUROPE
)
def marketing_messages(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        reached = any(policy.data[i].format in MESSAGES for i in row.item_ids if i in policy.data)
        for i, purpose in enumerate(row.purposes if reached else ()):
            if purpose.purpose in policy.marketing_purposes and purpose.relies_on == INTEREST:
                message = "marketing by mail or phone needs consent, but for similar offers to customers of one's own"
                help = "let it rely on consent; if it is for customers only, say so in an accepted gap"
                yield Finding(f"{at}.purposes.{i}.relies_on", message, help)


@check("T-0315", "warning", "consent is not tied to a contract", article="GDPR Art. 7(2), (4)")
def consent_apart(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        bound = any(p.relies_on in ("contract", "pre-contract") for p in row.purposes)
        for i, purpose in enumerate(row.purposes if bound else ()):
            if purpose.relies_on == "consent" and purpose.purpose in policy.marketing_purposes:
                message = (
                    f"`{purpose.purpose}` asks for consent in the row of a contract, so it seems a condition of it"
                )
                yield Finding(f"{at}.purposes.{i}", message, "move it to a row of its own with `marketing: true`")


@check(
    "T-0316",
    "warning",
    "a legal obligation names the law",
    article="GDPR Art. 6(3), 13(1)(c)",
    needs=("touchpoints", "secondary_purposes"),
    laws=EUROPE,
)
def law_named(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        for i, purpose in enumerate(row.purposes):
            if purpose.relies_on == "legal obligation" and not purpose.law:
                message = f"`{purpose.purpose}` relies on a legal obligation, and no law is named"
                yield Finding(f"{at}.purposes.{i}.relies_on", message, "add `law:`")
    for pid, secondary in policy.secondary_purposes.items():
        if secondary.relies_on == "legal obligation" and not secondary.law:
            message = f"`{pid}` relies on a legal obligation, and no law is named"
            yield Finding(f"secondary_purposes.{pid}.relies_on", message, "add `law:`")


@check(
    "T-0317",
    "warning",
    "a legitimate interest was weighed",
    article="GDPR Art. 6(1)(f), 5(2)",
    needs=("touchpoints",),
    laws=EUROPE,
)
def interest_weighed(policy: Policy, day: date) -> Iterator[Finding]:
    found = {
        f"{at}.purposes.{i}.relies_on": at_row(at, row)
        for at, _, row in rows(policy)
        for i, purpose in enumerate(row.purposes)
        if purpose.relies_on == INTEREST and not row.balancing
    }
    found |= {
        f"secondary_purposes.{pid}.relies_on": pid
        for pid, secondary in policy.secondary_purposes.items()
        if secondary.relies_on == INTEREST and not secondary.balancing
    }
    if found:
        message = (
            f"no balancing test stands behind the legitimate interest of {listed(list(dict.fromkeys(found.values())))}"
        )
        where = "touchpoints" if len(found) > 1 else next(iter(found))
        yield Finding(where, message, "declare it under `balancing_tests:` and name it as `balancing:`")


@check("T-0318", "error", "a balancing test still holds", article="GDPR Art. 6(1)(f), 5(2)", needs=("effective",))
def test_holds(policy: Policy, day: date) -> Iterator[Finding]:
    for name, test in policy.balancing_tests.items():
        at = f"balancing_tests.{name}"
        if test.review <= test.day:
            message = f"the review on {test.review} is not after the test itself, on {test.day}"
            yield Finding(f"{at}.review", message, "set a day to look at it again")
        elif test.review < day:
            message = f"the balancing test `{name}` was to be looked at again by {test.review}"
            yield Finding(f"{at}.review", message, "look at it, write down the outcome, and set a new day")


@check("T-0393", "warning", "consent is asked of somebody", article="GDPR Art. 7(1), 4(11)")
def consent_asked(policy: Policy, day: date) -> Iterator[Finding]:
    for at, touchpoint, row in rows(policy):
        for i, purpose in enumerate(row.purposes if set(touchpoint.channels) <= UNASKED else ()):
            if purpose.relies_on == "consent":
                message = f"`{purpose.purpose}` relies on consent, but data comes in where nobody can be asked for it"
                help = "say elsewhere how consent is got, or do not use this data for the purpose"
                yield Finding(f"{at}.purposes.{i}.relies_on", message, help)


@check("T-0394", "error", "what must be given is said truly", article="GDPR Art. 13(2)(e)")
def provision_fits(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, row in rows(policy):
        relied = {p.relies_on for p in row.purposes}
        required = any(i.required for i in row.items)
        wrong = None
        if row.provision == "statutory" and "legal obligation" not in relied:
            wrong = "no purpose of the row relies on a legal obligation"
        elif row.provision == "contractual" and not relied & {"contract", "pre-contract"}:
            wrong = "no purpose of the row relies on a contract or the steps before one"
        elif row.provision == "voluntary" and "legal obligation" in relied and required:
            wrong = "the row relies on a legal obligation and has required items"
        if wrong:
            yield Finding(f"{at}.provision", wrong, "say what is so; `voluntary` where nothing requires it")
