"""The clause register and the assumptions: what is carried, and what really runs."""

from collections.abc import Iterator, Sequence
from datetime import date

from troth.policy.checks.looks import listed
from troth.policy.checks.references import assumptions
from troth.policy.checks.registry import Finding, check
from troth.policy.model import Policy


@check("T-0501", "warning", "a published text has a clause register", needs=("clauses",))
def register_kept(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.published_source and not policy.clauses:
        message = "the policy carries a published text, but no clause register says what runs of it"
        yield Finding("published_source", message, "add `clauses:`, one for every promise")


@check("T-0503", "warning", "something executes every clause", needs=("clauses",))
def clauses_executed(policy: Policy, day: date) -> Iterator[Finding]:
    idle = [clause.id for clause in policy.clauses if not clause.executed_by]
    if idle:
        message = f"{_of(idle, len(policy.clauses))} executed by nothing yet: {listed(idle)}"
        yield Finding(
            _place(policy, idle, "executed_by"),
            message,
            "name what keeps the promise; until then it stays visible as `not yet`",
        )


@check("T-0504", "warning", "a check watches every clause that runs", needs=("clauses",))
def clauses_watched(policy: Policy, day: date) -> Iterator[Finding]:
    idle = [clause.id for clause in policy.clauses if clause.executed_by and not clause.checked_by]
    if idle:
        message = f"{_of(idle, len(policy.clauses))} executed, but watched by no check: {listed(idle)}"
        yield Finding(
            _place(policy, idle, "checked_by"),
            message,
            "name the check under `checked_by`; without one a clause is taken on trust",
        )


@check("T-0505", "warning", "every assumption is used", needs=tuple(Policy.model_fields))
def assumption_used(policy: Policy, day: date) -> Iterator[Finding]:
    used = {name for _, _, name in assumptions(policy)}
    for name in policy.assumptions:
        if name not in used:
            yield Finding(
                f"assumptions.{name}", f"nothing refers to the assumption `{name}`", "name it where it applies"
            )


@check("T-0506", "warning", "an assumption cites the text it is about", needs=("assumptions",))
def assumption_cites(policy: Policy, day: date) -> Iterator[Finding]:
    for name, assumption in policy.assumptions.items() if policy.published_source else ():
        if not assumption.lines:
            message = f"`{name}` does not say which lines of the published text it is about"
            yield Finding(f"assumptions.{name}", message, "add `lines:`")


def _place(policy: Policy, idle: Sequence[str], key: str) -> str:
    """At the clause where it is one, else at the register."""
    at = next(i for i, clause in enumerate(policy.clauses) if clause.id == idle[0])
    return f"clauses.{at}.{key}" if len(idle) == 1 else "clauses"


def _of(some: Sequence[str], number: int) -> str:
    return f"{len(some)} of {number} clauses {'is' if len(some) == 1 else 'are'}"
