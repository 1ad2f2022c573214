"""Runs the checks over a policy."""

from collections.abc import Iterator, Set
from datetime import date

from troth.policy.checks import (  # noqa: F401  they register
    bases,
    california,
    channels,
    children,
    completeness,
    consistency,
    data_use,
    dpf,
    items,
    keeping,
    minimal,
    parties,
    register,
    safeguards,
    secondary,
    told,
    transfers,
    translations,
)
from troth.policy.checks.registry import CHECKS
from troth.policy.model import Policy
from troth.policy.problems import Problem


def findings(policy: Policy, day: date, *, broken: Set[str], partial: bool) -> Iterator[Problem]:
    """What the checks find as of `day`. A check waits while a section it needs is broken or files were not read."""
    for check in CHECKS.values():
        if not check.runs(policy) or (check.needs and (partial or check.needs & broken)):
            continue
        for finding in check.run(policy, day):
            yield Problem(
                check.code,
                check.severity,
                finding.message,
                where=finding.where,
                help=finding.help,
                article=check.article,
            )
