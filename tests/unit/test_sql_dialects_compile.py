"""Every statement of a plan compiles for every kind of database, also for those no test ever meets."""

from pathlib import Path
from typing import Any

import pytest

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql import plan as planning
from troth.systems.sql.dialects.base import Dialect
from troth.systems.sql.dialects.known import KINDS, every
from troth.systems.sql.dialects.live import Catalog, Check, ForeignKey, LiveColumn, LiveTable, Unique
from troth.systems.sql.explain import explain
from troth.systems.sql.model import Dataset
from troth.systems.sql.refuse import refusals

DIALECTS = every()
BY_NAME = {one.names[0]: one for one in DIALECTS}
CONSTANT = "50% off %s {} 'q' \\ :x é"


def live(name: str, family: Any, spelled: str, **more: Any) -> LiveColumn:
    return LiveColumn(spelled.partition("(")[0], name=name, family=family, spelled=spelled, **more)


def catalog() -> Catalog:
    """Reserved words, blanks, dots, percent signs, capitals; a key of two columns, a circle, a CHECK, a mismatch."""
    people = {
        "Select": live("Select", "whole", "int", nullable=False, primary=True),
        "E-Mail 100%": live("E-Mail 100%", "text", "varchar(60)"),
        "note.x": live("note.x", "text", "varchar(60)"),
        "Tel": live("Tel", "text", "varchar(60)"),
        "boss": live("boss", "whole", "int"),
    }
    orders = {
        "group": live("group", "uuid", "uuid", nullable=False, primary=True),
        "line": live("line", "whole", "int", nullable=False, primary=True),
        "user": live("user", "text", "varchar(60)"),
        "born": live("born", "date", "date"),
        "yes": live("yes", "boolean", "boolean"),
        "note": live("note", "text", "varchar(60)"),
    }
    check = Check("noted", "note <> 'x:y 100%'", ("note",))
    return Catalog(
        {
            "crm.User Data": LiveTable(
                "User Data", people, schema="crm", uniques=(Unique("pk", ("Select",), primary=True),)
            ),
            "order": LiveTable(
                "order", orders, uniques=(Unique("pk", ("group", "line"), primary=True),), checks=(check,)
            ),
        },
        (ForeignKey("boss", "crm.User Data", ("boss",), "crm.User Data", target_columns=("Select",)),),
    )


DATASET = Dataset.model_validate(
    {
        "title": "Shop",
        "tables": {
            "crm.User Data": {
                "key": "Select",
                "on_erase": "delete",
                "columns": {
                    "Select": {"none": "n", "identity": "account"},
                    "E-Mail 100%": {"item": "email", "identity": "email"},
                    "note.x": "other",
                    "Tel": {"item": "phone", "identity": "phone"},
                    "boss": {"none": "n", "references": "crm.User Data.Select"},
                },
            },
            "order": {
                "key": ["group", "line"],
                "on_erase": "anonymise",
                "columns": {
                    "group": {"none": "n"},
                    "line": {"none": "n"},
                    "user": {"item": "user-id", "references": "crm.User Data.Select", "on_erase": "random"},
                    "born": {"item": "other", "on_erase": {"fixed": "1970-01-01"}},
                    "yes": {"item": "other", "on_erase": {"fixed": False}},
                    "note": {"item": "other", "on_erase": {"fixed": CONSTANT}},
                },
            },
        },
    }
)


def explained(dialect: Dialect, planner: Any = planning.erase_plan) -> str:
    return explain(planner(DATASET, catalog(), dialect.compiling()))


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("planner", [planning.find_plan, planning.erase_plan, planning.account_plan])
def test_every_statement_compiles_and_does_so_twice_the_same(name: str, planner: Any) -> None:
    said = explained(BY_NAME[name], planner)
    assert said == explained(BY_NAME[name], planner)
    assert "POSTCOMPILE" not in said
    # nothing is to be done when an account goes, so nothing is read for it
    assert said.count("-- read ") == (0 if planner is planning.account_plan else 2)


@pytest.mark.parametrize("name", BY_NAME)
def test_the_plan_of_every_kind_is_judged_alike(name: str) -> None:
    assert refusals(planning.erase_plan(DATASET, catalog(), BY_NAME[name].compiling())) == ()


@pytest.mark.parametrize(
    ("name", "table", "column", "percent"),
    [
        ("postgresql", '"crm"."User Data"', '"order"."group"', '"E-Mail 100%%"'),
        ("mariadb", "`crm`.`User Data`", "`order`.`group`", "`E-Mail 100%%`"),
        ("mysql", "`crm`.`User Data`", "`order`.`group`", "`E-Mail 100%%`"),
        ("sqlite", '"crm"."User Data"', '"order"."group"', '"E-Mail 100%"'),
        ("mssql", "[crm].[User Data]", "[order].[group]", "[E-Mail 100%]"),
        ("snowflake", '"crm"."User Data"', '"order"."group"', '"E-Mail 100%%"'),
        ("bigquery", "`crm`.`User Data`", "`order`.`group`", "`E-Mail 100%%`"),
    ],
)
def test_names_are_quoted_in_the_databases_own_way(name: str, table: str, column: str, percent: str) -> None:
    said = explained(BY_NAME[name])
    assert table in said
    assert column in said.partition("-- anonymise order")[2]
    assert percent in said


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("postgresql", r"'50%% off %%s {} ''q'' \ :x é'"),
        ("mariadb", r"'50%% off %%s {} ''q'' \\ :x é'"),
        ("sqlite", r"'50% off %s {} ''q'' \ :x é'"),
        ("mssql", r"N'50% off %s {} ''q'' \ :x é'"),
        ("snowflake", r"'50%% off %%s {} ''q'' \\ :x é'"),
    ],
)
def test_constants_are_written_in_the_databases_own_way(name: str, written: str) -> None:
    assert written in explained(BY_NAME[name])


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("mssql", ["FROM OPENJSON(?) WITH (n int '$[0]'", "NEWID()", "TRY_CAST(rows.c0 AS uniqueidentifier)"]),
        ("snowflake", ["TABLE(FLATTEN(INPUT => PARSE_JSON(", "UUID_STRING()", 'DELETE FROM "crm"."User Data" USING']),
        ("bigquery", ["UNNEST(JSON_QUERY_ARRAY(", "GENERATE_UUID()", "DELETE FROM `crm`.`User Data` WHERE EXISTS"]),
    ],
)
def test_those_never_met_speak_their_own_words(name: str, pieces: list[str]) -> None:
    said = explained(BY_NAME[name])
    assert [one for one in pieces if one not in said] == []


@pytest.mark.parametrize("name", BY_NAME)
def test_no_value_of_a_person_is_ever_in_a_statement(name: str) -> None:
    """Whom to look for is one bound parameter a way in."""
    said = explained(BY_NAME[name], planning.find_plan)
    placeholder = {"sqlite": "?", "mssql": "?", "mariadb": "%s", "mysql": "%s"}.get(name, "%(g0")
    assert placeholder in said


def error(module: str, *args: Any, **attributes: Any) -> Exception:
    made = type("Error", (Exception,), {"__module__": module})(*args)
    for name, value in attributes.items():
        setattr(made, name, value)
    return made  # type: ignore[no-any-return]


def mssql(state: str, said: str) -> Exception:
    server = "[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]"
    return error("pyodbc", state, f"[{state}] {server}{said} (SQLExecDirectW)")


IN_THE_WAY = (
    'The DELETE statement conflicted with the REFERENCE constraint "whose". The conflict occurred in database'
    ' "shop", table "dbo.line", column \'customer\'. (547)'
)
GROWN = (
    'The UPDATE statement conflicted with the CHECK constraint "grown". The conflict occurred in database'
    ' "shop", table "dbo.line", column \'age\'. (547)'
)
TWICE = (
    "Violation of UNIQUE KEY constraint 'mails'. Cannot insert duplicate key in object 'dbo.person'."
    " The duplicate key value is (table 'ana@example.org'). (2627)"
)


@pytest.mark.parametrize(
    ("name", "wrong", "trouble", "places"),
    [
        ("mssql", mssql("23000", IN_THE_WAY), "foreign key", ("line", "customer", "whose")),
        ("mssql", mssql("23000", GROWN), "check", ("line", "age", "grown")),
        ("mssql", mssql("23000", TWICE), "unique", (None, None, "mails")),
        ("mssql", mssql("28000", "Login failed for user 'u'. (18456)"), "login", None),
        ("mssql", mssql("40001", "Transaction was deadlocked (1205)"), "conflict", None),
        ("mssql", error("pyodbc", "HYT00", "[HYT00] Query timeout expired (0) (SQLExecDirectW)"), "slow", None),
        ("mssql", error("pyodbc", "08001", "[08001] no server (-1) (SQLDriverConnect)"), "unreachable", None),
        ("snowflake", error("snowflake.connector.errors", errno=2003), "changed", None),
        ("snowflake", error("snowflake.connector.errors", errno=250001), "login", None),
        ("snowflake", error("snowflake.connector.errors", errno=604), "slow", None),
        ("snowflake", error("snowflake.connector.errors", errno=290404), "unreachable", None),
        ("bigquery", error("google.cloud.bigquery.dbapi.exceptions", error("x", code=403)), "permission", None),
        ("bigquery", error("google.cloud.bigquery.dbapi.exceptions", error("x", code=404)), "changed", None),
        ("bigquery", error("google.cloud.bigquery.dbapi.exceptions", error("x", code=503)), "unreachable", None),
        ("bigquery", error("google.auth.exceptions"), "login", None),
    ],
)  # fmt: skip
def test_errors_of_those_never_met_are_read_from_what_their_drivers_promise(
    name: str, wrong: Exception, trouble: str, places: tuple[str | None, ...] | None
) -> None:
    told = BY_NAME[name].told(wrong)
    assert told is not None
    assert told.trouble == trouble
    assert (told.table, told.column, told.constraint) == (places or (None, None, None))
    assert BY_NAME[name].told(ValueError("something else")) is None


def test_kinds_have_names_and_words_of_their_own() -> None:
    schemes = [scheme for one in DIALECTS for scheme in one.schemes]
    assert len(schemes) == len(set(schemes))
    assert [kind.schemes for kind in KINDS] == [one.schemes for one in DIALECTS]
    assert all(set(one.names) <= set(one.schemes) for one in DIALECTS)
    assert all(one.tested and one.title for one in DIALECTS)
    assert all(one.extra or one.names[0] in ("postgresql", "sqlite") for one in DIALECTS)


def test_an_absent_driver_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(BY_NAME["mssql"]), "modules", ("no_such_driver",))
    with pytest.raises(SystemProblem, match=r"install troth\[mssql\]"):
        BY_NAME["mssql"].check_driver("shop")


def test_the_reference_says_of_each_kind_how_far_it_was_tried() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/databases.md").read_text(encoding="utf-8")
    for one in DIALECTS:
        install = f"`troth[{one.extra}]`" if one.extra else "nothing more"
        address = f"`{one.schemes[0]}://" + ("/file`" if one.extra is None and one.names[0] == "sqlite" else "`")
        assert f"| {one.title} | {address} | {install} | {one.tested} |" in page
