"""Each refusal is found before anything is written, and its own proposal, written into the dataset, is accepted."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from sql_servers import KINDS, mariadb_folder, open_server

from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.model import Dataset
from troth.systems.sql.refuse import Refusal
from troth.systems.sql.system import Refused, SqlSystem

__all__ = ["mariadb_folder"]

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "sql" / "refusals.yaml").read_text(encoding="utf-8"))
ANA = Identifiers(email=("ana@example.org",))


def _parameters() -> list[Any]:
    every = ((case, kind) for case in CASES for kind in case.get("servers", KINDS))
    return [pytest.param(case, kind, id=f"{kind}: {case['name']}") for case, kind in every]


def _tables(case: dict[str, Any]) -> dict[str, Any]:
    columns = {"id": {"none": "number"}, "email": {"item": "email", "identity": "email"}, **case.get("columns", {})}
    person = {"key": "id", "on_erase": case.get("on_erase", "anonymise"), "columns": columns}
    if "time" in case:
        person["time"] = case["time"]
    return {"person": person, **case.get("tables", {})}


def _merged(tables: Any, change: Any) -> Any:
    """`change` laid over `tables`; None removes."""
    if not isinstance(change, dict):
        return change
    left = {**tables}
    for name, value in change.items():
        if value is None:
            left.pop(name, None)
        else:
            left[name] = _merged(left[name], value) if isinstance(left.get(name), dict) else value
    return left


def _proposed(tables: dict[str, Any], refusal: Refusal) -> Any:
    """The dataset with the proposal's own words written where it says."""
    found = re.search(r"`([^`]+)`( for the table)?", refusal.proposal)
    assert found, f"nothing to write in: {refusal.proposal}"
    change = yaml.safe_load(found[1])
    copied = yaml.safe_load(yaml.safe_dump(tables))
    where = copied[refusal.table]
    if refusal.column and not found[2]:
        columns = where["columns"]
        if isinstance(columns[refusal.column], str):
            columns[refusal.column] = {"item": columns[refusal.column]}
        where = columns[refusal.column]
    where.update(change)
    return copied


@pytest.mark.parametrize(("case", "kind"), _parameters())
def test_what_would_break_is_refused_and_the_proposal_works(
    case: dict[str, Any], kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = open_server(kind, request, tmp_path)
    quote = "`" if kind == "mariadb" else '"'
    server.run(case["ddl"].replace("`", quote))
    server.run(case["rows"])
    before = _everything(server, case)

    def system(tables: Any) -> SqlSystem:
        dataset = Dataset.model_validate({"title": "Shop", "tables": tables})
        return SqlSystem("shop", title="Shop", url=server.url, dataset=dataset)

    tables = _tables(case)
    with pytest.raises(Refused) as refused:
        system(tables).erase(ANA, key="k")
    assert refused.value.consequence == "fix settings"
    found = [one for one in refused.value.refusals if case["because"] in one.reason]
    assert [str(one).partition(": ")[0] for one in found] == [case["where"]], str(refused.value)
    assert f"`{case['proposes']}`" in found[0].proposal if "proposes" in case else True
    assert _everything(server, case) == before

    better = _merged(tables, case["instead"]) if "instead" in case else _proposed(tables, found[0])
    system(better).erase(ANA, key="k")
    for query, expected in case["then"].items():
        assert [row[0] for row in server.all(query)] == [expected], query


def _everything(server: Any, case: dict[str, Any]) -> list[Any]:
    names = re.findall(r"insert into (\w+)", case["rows"])
    return [sorted(map(str, server.all(f"select * from {name}"))) for name in names]
