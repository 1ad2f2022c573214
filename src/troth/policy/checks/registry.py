"""The list of checks. A check is a generator of findings over a policy; `check` gives it its code and its words."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from troth.policy.model import Policy, Row, Touchpoint
from troth.policy.problems import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """A place in the policy (dotted path) and what is wrong there."""

    where: str
    message: str
    help: str | None = None


EUROPE = frozenset({"gdpr", "uk-gdpr", "swiss-fadp"})
"""Laws of one family: what the GDPR wants told, they want told."""

UNION = frozenset({"gdpr"})
CALIFORNIA = frozenset({"ccpa"})
"""The law that gives an opt-out signal its force (Civ. Code 1798.135(e))."""

Run = Callable[[Policy, date], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """`needs`: the sections a check draws conclusions from; it is not run while one of them has errors.

    Empty means: it looks at each part on its own, and runs on what is sound. `laws`: it is run where the policy answers
    to one of these `regimes`; empty means everywhere.
    """

    code: str
    severity: Severity
    title: str
    article: str | None
    needs: frozenset[str]
    laws: frozenset[str]
    run: Run

    def runs(self, policy: Policy) -> bool:
        """True if the policy answers to a law the check is about."""
        return not self.laws or not self.laws.isdisjoint(policy.regimes)


CHECKS: dict[str, Check] = {}


def check(
    code: str,
    severity: Severity,
    title: str,
    *,
    article: str | None = None,
    needs: tuple[str, ...] = (),
    laws: frozenset[str] = frozenset(),
) -> Callable[[Run], Run]:
    """Registers a check. Raises ValueError if the code is taken."""

    def register(run: Run) -> Run:
        if code in CHECKS:
            raise ValueError(f"{code} is taken by {CHECKS[code].title}")
        CHECKS[code] = Check(code, severity, title, article, frozenset(needs), laws, run)
        return run

    return register


def rows(policy: Policy) -> Iterator[tuple[str, Touchpoint, Row]]:
    """Every row with its path and its touchpoint."""
    for tid, touchpoint in policy.touchpoints.items():
        for index, row in enumerate(touchpoint.rows):
            yield f"touchpoints.{tid}.rows.{index}", touchpoint, row
