"""Exit codes, order, and whether some marketing purpose holds."""

from datetime import UTC, datetime
from itertools import product

import pytest

from troth.verification.rules import ORDER, Outcome, Result, Run, exit_code, worst_first


def result(outcome: Outcome, check: str = "a") -> Result:
    return Result(check, "s", outcome, "e", "f", "w")


@pytest.mark.parametrize("first, second", list(product(ORDER, ORDER)))
def test_a_broken_promise_outranks_what_could_not_be_told(first: Outcome, second: Outcome) -> None:
    both = {first, second}
    expected = 1 if "broken" in both else 3 if "could not tell" in both else 0
    assert exit_code([result(first), result(second)]) == expected


def test_nothing_to_say_is_fine() -> None:
    assert exit_code([]) == 0


def test_the_worst_comes_first_and_counts_name_every_outcome() -> None:
    results = tuple(result(outcome) for outcome in reversed(ORDER))
    assert [r.outcome for r in worst_first(results)] == list(ORDER)
    run = Run(datetime(2026, 1, 1, tzinfo=UTC), 1, results)
    assert run.counts == dict.fromkeys(ORDER, 1)
    assert run.as_json()["results"][0]["details"] == {}
