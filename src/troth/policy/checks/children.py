"""Children: the age, the parents, and what is not done with their data."""

from collections.abc import Iterator
from datetime import date

from troth.law.children import ADULT, LOWEST, age_of_consent
from troth.policy.checks.registry import EUROPE, Finding, check
from troth.policy.model import Policy


@check("T-0460", "error", "no age is below the lowest the law lets be", article="GDPR Art. 8(1)", needs=("children",))
def age_lowest(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.children and policy.children.minimum_age < LOWEST and not policy.children.verified_by:
        message = f"at {policy.children.minimum_age} nobody can consent alone anywhere: {LOWEST} is the lowest age"
        help = "raise it, or say under `verified_by` how a parent's consent is made sure of"
        yield Finding("children.minimum_age", message, help)


@check(
    "T-0461",
    "warning",
    "the age is that of the controller's country",
    article="GDPR Art. 8(1), (2)",
    needs=("children", "controller", "effective", "touchpoints"),
    laws=EUROPE,
)
def age_of_country(policy: Policy, day: date) -> Iterator[Finding]:
    children = policy.children
    age = age_of_consent(policy.controller.country, day)
    if children and LOWEST <= children.minimum_age < age.years and not children.verified_by:
        message = f"below {age.years} a parent consents in `{policy.controller.country}` ({age.source})"
        help = "raise it, or say under `verified_by` how a parent's consent is made sure of"
        yield Finding("children.minimum_age", message, help)


@check(
    "T-0462",
    "warning",
    "no profiles of minors are made for marketing",
    article="GDPR Recital 38, 71; DSA Art. 28(2)",
    needs=("children", "purposes"),
)
def minors_unprofiled(policy: Policy, day: date) -> Iterator[Finding]:
    age = policy.children.minimum_age if policy.children else ADULT
    for name, purpose in policy.purposes.items():
        if purpose.marketing and purpose.profiling and age < ADULT:
            message = f"`{name}` is profiling for marketing, and people of {age} are among those profiled"
            yield Finding(f"purposes.{name}", message, "leave minors out of it, or do without profiles")


@check(
    "T-0463",
    "warning",
    "who opens an account is asked for their age",
    article="GDPR Art. 8(2), 25(1)",
    needs=("children",),
)
def account_asks(policy: Policy, day: date) -> Iterator[Finding]:
    for tid, touchpoint in policy.touchpoints.items():
        if policy.children and "account" in touchpoint.channels and not touchpoint.asks_age:
            message = f"nobody under {policy.children.minimum_age} may open an account, and `{tid}` does not ask"
            yield Finding(f"touchpoints.{tid}.channels", message, "add `asks_age: true`")
