"""What each database spells its own way means the same on every real one."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sql_servers import Server, mariadb_folder, server
from sqlalchemy import Connection, LargeBinary, Select, String, column, literal, select, table

from troth.systems.sql.catalog import read_catalog
from troth.systems.sql.dialects import compare
from troth.systems.sql.dialects import elements as e
from troth.systems.sql.dialects.database import Database
from troth.systems.sql.dialects.live import Catalog
from troth.systems.sql.given import bound, given
from troth.systems.sql.model import Dataset

__all__ = ["mariadb_folder", "server"]


@contextmanager
def reading(server: Server) -> Iterator[Connection]:
    with Database(server.url, "shop").transaction("read", read_only=True) as connection:
        yield connection


def seed_of(*rows: Any) -> dict[str, Any]:
    """Rows as every kind of database wants them bound."""
    return bound("seed", rows, "sqlite") | bound("seed", rows, "postgresql")


def test_a_seed_of_any_values_is_one_parameter(server: Server) -> None:
    rows = [
        (0, "email", "a'b%s:c\\ \"ü\U0001f600"),
        (1, "account", "007"),
        (2, "device", ";--"),
        (2, "device", "x" * 9999),
    ]
    with reading(server) as connection:
        seed = given("seed", 2)
        found = connection.execute(select(seed.c.n, seed.c.c0, seed.c.c1), seed_of(*rows)).all()
    assert sorted(map(tuple, found)) == sorted(rows)


def test_ten_thousand_people_are_one_parameter_and_nobody_is_none(server: Server) -> None:
    count = select(given("seed", 2).c.n)
    with reading(server) as connection:
        assert (
            len(connection.execute(count, seed_of(*([n, "email", f"p{n}@x.org"] for n in range(10_000)))).all())
            == 10_000
        )
        assert connection.execute(count, seed_of()).all() == []


NUMBERS = {
    "7": 7, "0": 0, "-7": -7, "9223372036854775807": 2**63 - 1, "9223372036854775808": None,
    "99999999999999999999": None, "007": None, "-0": None, "7 ": None, " 7": None, "7.0": None, "7e1": None,
    "": None, "x": None, "+7": None, "0x7": None, "7\n": None, "\n7": None, "-": None,
}  # fmt: skip


def test_only_canonical_numbers_are_numbers(server: Server) -> None:
    seed = given("seed", 2)
    rows = [[0, "x", text] for text in NUMBERS]
    query = select(seed.c.c1, e.to_whole(seed.c.c1), e.to_decimal(seed.c.c1))
    with reading(server) as connection:
        found = connection.execute(query, seed_of(*rows)).all()
    assert {text: whole for text, whole, _ in found} == NUMBERS
    small = {text: exact for text, _, exact in found if len(text) < 19}
    assert small == {text: number for text, number in NUMBERS.items() if len(text) < 19}


def test_random_texts_differ_by_row_and_hashes_are_the_hmac(server: Server) -> None:
    server.run("create table t (name varchar(40));\ninsert into t values ('Zoë %'), ('Zoë %'), ('b'), (null)")
    name = table("t", column("name", String)).c.name
    key = hashlib.sha256(b"secret").digest().ljust(64, b"\0")
    inner = literal(bytes(b ^ 0x36 for b in key), LargeBinary)
    outer = literal(bytes(b ^ 0x5C for b in key), LargeBinary)
    with reading(server) as connection:
        randoms = connection.execute(select(e.random_text(20).label("r"), e.random_text().label("w"), name)).all()
        hashes = {row[0]: row[1] for row in connection.execute(select(name, e.keyed_hash(name, inner, outer)))}
        starts = connection.execute(select(name).where(e.starts_with(name, "Zoë"))).all()
    assert len({row.r for row in randoms}) == len({row.w for row in randoms}) == 4
    assert {len(row.r) for row in randoms} == {20}
    assert {len(row.w) for row in randoms} == {32}
    expected: dict[Any, str | None] = {None: None}
    for text in ("Zoë %", "b"):
        expected[text] = hmac.new(hashlib.sha256(b"secret").digest(), text.encode(), "sha256").hexdigest()
    assert hashes == expected
    assert len(starts) == 2


def test_phones_keep_their_digits(server: Server) -> None:
    with reading(server) as connection:
        assert connection.scalar(select(e.digits_only(literal("+49 (30) 12-34/5x")))) == "+4930" + "12345"


def catalog_of(connection: Connection, **columns: str) -> Catalog:
    declared: dict[str, Any] = {"id": {"none": "n"}, **dict.fromkeys(columns, "other")}
    spec = {"key": "id", "on_erase": "delete", "columns": declared}
    return read_catalog(connection, Dataset.model_validate({"title": "T", "tables": {"t": spec}}))


def holding(server: Server, values: str, kind: str, match: compare.Match, wanted: str) -> list[int]:
    """Ids of rows whose column `c` holds the wanted identifier."""
    server.run(f"create table t (id int primary key, c {kind});\ninsert into t values {values}")
    t = table("t", column("id"), column("c"))
    with reading(server) as connection:
        live = catalog_of(connection, c="x").column("t", "c")
        seed = given("seed", 2)
        query: Select[Any] = select(t.c.id).join_from(t, seed, compare.holds(t.c.c, live, seed.c.c1, match))
        return sorted(row[0] for row in connection.execute(query, seed_of([0, "x", wanted])))


PEOPLE = "(1, 'ana@x.org'), (2, 'ANA@x.org'), (3, 'aná@x.org'), (4, 'ana@x.org '), (5, null), (6, '%')"


@pytest.mark.parametrize(
    ("match", "wanted", "found"),
    [
        ("any case", "ana@x.org", [1, 2]),
        ("as it is", "ana@x.org", [1]),
        ("as it is", "ANA@x.org", [2]),
        ("as it is", "_", []),
    ],
)
def test_texts_are_the_same_only_where_every_character_is(
    server: Server, match: compare.Match, wanted: str, found: list[int]
) -> None:
    """MariaDB alone would take é for e, A for a and a trailing blank for nothing."""
    assert holding(server, PEOPLE, "varchar(50)", match, wanted) == found


def test_a_narrow_character_set_is_compared_without_loss(server: Server) -> None:
    if server.kind != "mariadb":
        pytest.skip("only MariaDB has a character set for each column")
    kind = "varchar(50) character set latin1"
    assert holding(server, "(1, '?@x.org'), (2, 'é@x.org')", kind, "any case", "\U0001f600@x.org") == []


@pytest.mark.parametrize(
    ("kind", "values", "wanted", "found"),
    [
        ("bigint", "(1, 7), (2, 70), (3, null)", "7", [1]),
        ("bigint", "(1, 7), (2, 0)", "7; drop table t", []),
        ("smallint", "(1, 7)", "9223372036854775807", []),
        ("numeric(20)", "(1, 12345678901234567890)", "12345678901234567890", [1]),
        ("numeric(20)", "(1, 7)", "x", []),
        ("date", "(1, '2024-02-03')", "2024-02-03", [1]),
    ],
)
def test_typed_columns_are_compared_in_their_own_type(
    server: Server, kind: str, values: str, wanted: str, found: list[int]
) -> None:
    if server.kind == "sqlite" and "12345678901234567890" in wanted:
        pytest.skip("SQLite has no exact numbers beyond 64 bits")
    assert holding(server, values, kind, "as it is", wanted) == found


def test_uuids_are_found_in_either_case_and_what_is_none_finds_nothing(server: Server) -> None:
    if server.kind == "sqlite":
        pytest.skip("SQLite has no type for uuids")
    one = "(1, '6f1f6f6e-52b0-4f5c-8d53-0a1c2d3e4f50')"
    assert holding(server, one, "uuid", "as it is", "6F1F6F6E-52B0-4F5C-8D53-0A1C2D3E4F50") == [1]
    server.run("drop table t")
    assert holding(server, one, "uuid", "as it is", "no uuid") == []


def index_of(server: Server, kind: str, match: compare.Match) -> str:
    """How the server looks rows up by an indexed text column."""
    server.run(f"create table t (id int primary key, c {kind});\ncreate index by_c on t (c)")
    if server.kind == "mariadb":
        server.run("insert into t select seq, concat('p', seq, '@x.org') from seq_1_to_3000;\nanalyze table t")
    t = table("t", column("id"), column("c"))
    with reading(server) as connection:
        live = catalog_of(connection, c="x").column("t", "c")
        seed = given("seed", 2)
        query = select(t.c.id).join_from(t, seed, compare.holds(t.c.c, live, seed.c.c1, match))
        said = query.compile(connection, compile_kwargs={"literal_binds": False})
        explain = {"postgresql": "set local enable_seqscan = off", "sqlite": None, "mariadb": None}[server.kind]
        if explain:
            connection.exec_driver_sql(explain)
        word = "EXPLAIN QUERY PLAN" if server.kind == "sqlite" else "EXPLAIN"
        values: Any = seed_of([0, "x", "p7@x.org"]) if said.positiontup is None else ('[[0,"x","p7@x.org"]]',)
        return " ".join(str(tuple(row)) for row in connection.exec_driver_sql(f"{word} {said}", values))


def test_an_index_serves_exact_matches(server: Server) -> None:
    assert "by_c" in index_of(server, "varchar(50)", "as it is")


def test_an_index_serves_any_case_where_the_column_itself_does_not_regard_case(server: Server) -> None:
    kind = {"sqlite": "text collate nocase", "mariadb": "varchar(50)"}.get(server.kind)
    if kind is None:
        pytest.skip("PostgreSQL wants an index over lower(column)")
    assert "by_c" in index_of(server, kind, "any case")
