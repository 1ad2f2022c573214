"""What is refused because of a CHECK's text, a database refuses too: no mask is turned down that would have done."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.systems.sql.dialects.live import Check, LiveColumn
from troth.systems.sql.mask import assign
from troth.systems.sql.model import Fixed, Null, Random
from troth.systems.sql.refuse_checks import refused_by

TEXTS = ("x", "f", "it's", "gone", "a@b", "", "7")
NUMBERS = (-3, 0, 1, 7, 18, 99)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def listed(words: list[str], form: str) -> str:
    return form.format(", ".join(map(quoted, words)))


lists = st.builds(listed, st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3), st.sampled_from(
    ["c in ({})", "(c in ({}))", "c not in ({})", "c IN ({}) and length(c) < 9", "c is not null and c in ({})"]
))  # fmt: skip
likes = st.sampled_from(
    ["c like '%@%'", "c not like '%@%'", "c like '%@%.%'", "c like 'erased%'", "c <> ''", "c is null"]
)
numbers = st.builds(
    "{} {} {}".format, st.sampled_from(["c", "(c)", "abs(c)"]), st.sampled_from(["<", "<=", ">", ">=", "<>", "!="]),
    st.sampled_from(NUMBERS),
)  # fmt: skip
ranges = st.builds("c between {} and {}".format, st.sampled_from(NUMBERS), st.sampled_from(NUMBERS))
nulls = st.sampled_from(["c is not null", "(c is not null)", "not c is null", "coalesce(c, 'y') is not null"])


def joined(parts: list[str], word: str, negated: bool) -> str:
    whole = f" {word} ".join(f"({part})" for part in parts)
    return f"not ({whole})" if negated else whole


def conditions(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return part | st.builds(
        joined, st.lists(part, min_size=1, max_size=3), st.sampled_from(["and", "or"]), st.booleans()
    )


def holds(condition: str, value: str | int | None) -> bool:
    """Whether SQLite takes the value: a condition that is NULL holds."""
    with sqlite3.connect(":memory:") as connection:
        kind = "int" if isinstance(value, int) else "text"
        connection.execute(f"create table t (c {kind}, check ({condition}))")
        try:
            connection.execute("insert into t values (?)", [value])
        except sqlite3.IntegrityError:
            return False
    return True


def refused(condition: str, mask: Fixed | Null | Random, family: str) -> tuple[str, str] | None:
    live = LiveColumn("text" if family == "text" else "int", name="c", family=family)  # type: ignore[arg-type]
    return refused_by(Check("k", condition, ("c",)), assign("c", mask, live), email=False)


@given(conditions(lists | likes | nulls), st.sampled_from(TEXTS))
def test_a_refused_text_is_one_the_database_refuses(condition: str, value: str) -> None:
    if refused(condition, Fixed(fixed=value), "text"):
        assert not holds(condition, value)


@given(conditions(numbers | ranges), st.sampled_from(NUMBERS))
def test_a_refused_number_is_one_the_database_refuses(condition: str, value: int) -> None:
    if refused(condition, Fixed(fixed=value), "whole"):
        assert not holds(condition, value)


@given(conditions(lists | likes | nulls | numbers))
def test_a_refused_null_is_one_the_database_refuses(condition: str) -> None:
    if refused(condition, Null(), "text"):
        assert not holds(condition, None)


@given(conditions(lists | likes | nulls), st.sampled_from(["", "@erased.invalid"]))
def test_a_refused_random_text_is_one_the_database_refuses(condition: str, suffix: str) -> None:
    if refused(condition, Random(random=Random.Settings(suffix=suffix)), "text"):
        assert not holds(condition, f"erased-0123456789abcdef{suffix}")


@pytest.mark.parametrize(
    "condition",
    [
        "((c = ANY (ARRAY['x'::text, 'f'::text])))",
        "(((c)::text = ANY ((ARRAY['x'::character varying, 'f'::character varying])::text[])))",
        "`c` in ('x','f')",
        "(`c` in (_utf8mb4'x',_utf8mb4'f'))",
        "c IN ('x', 'f')",
    ],
)
def test_lists_are_read_as_each_database_writes_them(condition: str) -> None:
    found = refused(condition, Fixed(fixed="gone"), "text")
    assert found is not None
    assert "allows only x, f" in found[0]
    assert refused(condition, Fixed(fixed="f"), "text") is None


@pytest.mark.parametrize(
    "condition", ["(age >= 18)", "`c` >= 18", "([c]>=(18))", "c >= 18", "((c >= 18) AND (c <= 99))"]
)
def test_bounds_are_read_as_each_database_writes_them(condition: str) -> None:
    assert refused(condition, Fixed(fixed=0), "whole") is not None
    assert refused(condition, Fixed(fixed=18), "whole") is None
