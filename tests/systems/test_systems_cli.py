"""`troth systems find|erase|import-dataset|draft|list|test` as a person calls them: output, exit codes, what stays."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from troth import ground
from troth.cli.main import app
from troth.systems.sql.dataset import parse

FIDES = Path(__file__).parents[1] / "cases/sql/fideslang/shop.yaml"
OURS = """
title: Shop
tables:
  customer:
    key: id
    on_erase: anonymise
    columns:
      id: {none: number}
      email: {item: email, identity: email, on_erase: {random: {suffix: "@erased.invalid"}}}
      name: full-name
      code: {item: user-id, on_erase: hash}
      since: {item: usage-pattern, on_erase: {keep: tax law}}
  orders:
    key: id
    on_erase: {keep: ten years by law}
    columns: {id: {none: number}, customer_id: {item: user-id, references: customer.id}}
"""
TABLES = """
create table customer (id integer primary key, email varchar(80), name varchar(80){NAME}, code text, since text);
create table orders (id integer primary key, customer_id integer references customer);
"""


class Shop:
    """A database file, a dataset file beside it, and commands over both, in a folder without any deployment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "shop.db"
        self.dataset = folder / "shop.yaml"
        self.dataset.write_text(OURS)
        self.fill("")

    def fill(self, constraint: str) -> None:
        self.database.unlink(missing_ok=True)
        with sqlite3.connect(self.database) as connection:
            connection.executescript(TABLES.replace("{NAME}", constraint))
            for n, name in enumerate(("ana", "bo", "cat"), 1):
                row = (n, f"{name}@example.org", name.title(), f"c{n}", "2024")
                connection.execute("insert into customer values (?, ?, ?, ?, ?)", row)
                connection.executemany("insert into orders values (?, ?)", [(10 * n, n), (10 * n + 1, n)])
        connection.close()

    @property
    def url(self) -> str:
        return f"sqlite:///{self.database}"

    @property
    def there(self) -> list[str]:
        return ["--dataset", str(self.dataset), "--url", self.url]

    def rows(self) -> list[Any]:
        connection = sqlite3.connect(self.database)
        found = connection.execute("select * from customer order by id").fetchall()
        connection.close()
        return found

    def call(self, *arguments: str, given: str | None = None) -> Result:
        return CliRunner().invoke(app, ["systems", *arguments], input=given)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TROTH_")]:
        monkeypatch.delenv(name)
    ground.forget()
    yield Shop(tmp_path)
    monkeypatch.undo()
    ground.forget()


def test_find_tells_rows_with_key_columns_and_items(shop: Shop) -> None:
    done = shop.call("find", "--identity", "email:Ana@Example.org", *shop.there, "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["looked_at"] == ["customer", "orders"]
    (person,) = answer["people"]
    assert (person["person"], person["rows"]) == (1, 3)
    row = person["tables"]["customer"][0]
    assert row["key"] == {"id": 1}
    assert row["columns"]["email"] == "ana@example.org"
    assert row["items"]["name"] == "full-name"
    assert [one["key"]["id"] for one in person["tables"]["orders"]] == [10, 11]


def test_find_in_words(shop: Shop) -> None:
    done = shop.call("find", "--identity", "email:ana@example.org", *shop.there)
    assert "person 1: 3 rows in 2 tables" in done.stdout
    nobody = shop.call("find", "--identity", "email:nobody@example.org", *shop.there)
    assert (nobody.exit_code, nobody.stdout) == (0, "person 1: nothing held\n")


def test_tables_that_nothing_leads_to_are_told_not_taken_for_empty(shop: Shop) -> None:
    lost = "  lost: {key: id, on_erase: {keep: nothing leads here}, columns: {id: {none: number}, note: message}}\n"
    shop.dataset.write_text(OURS + lost)
    with sqlite3.connect(shop.database) as connection:
        connection.execute("create table lost (id integer primary key, note text)")
    connection.close()
    for command in (["find"], ["erase", "--dry-run"]):
        done = shop.call(*command, "--identity", "email:ana@example.org", *shop.there)
        assert "note: lost was not looked at: nothing leads here" in done.stderr
        told = json.loads(shop.call(*command, "--identity", "email:a@b.c", *shop.there, "--json").stdout)
        assert told["not_looked_at"] == {"lost": "nothing leads here"}


def test_people_come_from_standard_input_so_that_no_history_keeps_them(shop: Shop) -> None:
    given = 'email:ana@example.org\n{"email": "bo@example.org"}\nemail:nobody@example.org\n'
    done = shop.call("find", "--identities", "-", *shop.there, "--json", given=given)
    assert [each["rows"] for each in json.loads(done.stdout)["people"]] == [3, 3, 0]


def test_trying_an_erasure_answers_the_same_and_changes_nothing(shop: Shop) -> None:
    before = shop.rows()
    tried = shop.call("erase", "--identity", "email:ana@example.org", *shop.there, "--dry-run", "--json")
    assert shop.rows() == before
    done = shop.call("erase", "--identity", "email:ana@example.org", *shop.there, "--json")
    first, second = json.loads(tried.stdout), json.loads(done.stdout)
    assert (first["dry_run"], second["dry_run"]) == (True, False)
    assert first["people"] == second["people"]


def test_erasure_acts_at_once_and_says_what_stays_and_why(shop: Shop) -> None:
    done = shop.call("erase", "--identity", "email:ana@example.org", *shop.there, "--json")
    assert done.exit_code == 0, done.output
    (person,) = json.loads(done.stdout)["people"]
    assert person["rows"] == 1
    assert person["columns"]["customer"] == {"email": 1, "name": 1, "code": 1}
    assert person["kept"] == [{"table": "orders", "rows": 2, "reason": "ten years by law"}]
    assert person["kept_columns"] == {"customer": {"since": "tax law"}}
    ana, bo, cat = shop.rows()
    assert ana[1].endswith("@erased.invalid")
    assert (ana[2], ana[4]) == (None, "2024")
    assert (bo[1], cat[1]) == ("bo@example.org", "cat@example.org")
    again = shop.call("erase", "--identity", "email:ana@example.org", *shop.there)
    assert again.stdout == "person 1: nothing to change\n"


def test_no_deployment_is_made_where_there_is_none_and_that_is_said(shop: Shop) -> None:
    done = shop.call("erase", "--identity", "email:ana@example.org", *shop.there)
    assert "a key of this run alone" in done.stderr
    assert sorted(path.name for path in shop.folder.iterdir()) == ["shop.db", "shop.yaml"]


def test_hashes_agree_between_runs_with_a_home(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROTH_HOME", str(shop.folder / "home"))
    (shop.folder / "home").mkdir()
    codes = []
    for _ in range(2):
        ground.forget()
        shop.fill("")
        assert "this run" not in shop.call("erase", "--identity", "email:ana@example.org", *shop.there).stderr
        codes.append(shop.rows()[0][3])
    assert codes[0] == codes[1] != "c1"


def test_what_would_break_is_refused_with_proposals_and_nothing_is_written(shop: Shop) -> None:
    shop.fill(" not null")
    before = shop.rows()
    done = shop.call("erase", "--identity", "email:ana@example.org", *shop.there, "--json")
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    (refusal,) = answer["refusals"]
    assert (refusal["table"], refusal["column"]) == ("customer", "name")
    assert refusal["proposal"]
    assert answer["written"] is False
    in_words = shop.call("erase", "--identity", "email:ana@example.org", *shop.there)
    assert in_words.exit_code == 1
    assert "refused: customer.name" in in_words.stderr
    assert shop.rows() == before


def test_a_fideslang_file_serves_as_it_is(shop: Shop) -> None:
    tables = {each["name"]: each["fields"] for each in yaml.safe_load(FIDES.read_text())["dataset"][0]["collections"]}
    with sqlite3.connect(shop.folder / "fides.db") as connection:
        for name, fields in tables.items():
            columns = ", ".join(field["name"] for field in fields)  # SQLite does without types
            connection.execute(f"create table {name} ({columns})")
        connection.execute("insert into customer values (1, 'ana@example.org', 'Ana', '2024', 5)")
        connection.execute("insert into address values (5, 1, 'Street', 'Town', 'NY', '12345')")
    connection.close()
    there = ["--dataset", str(FIDES), "--url", f"sqlite:///{shop.folder}/fides.db"]
    found = shop.call("find", "--identity", "email:ana@example.org", *there, "--json")
    assert set(json.loads(found.stdout)["people"][0]["tables"]) == {"customer", "address"}
    assert "import-dataset" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["find"], 2, "say which"),
        (["find", "--dataset", "shop.yaml"], 2, "say which"),
        (["find", "--dataset", "shop.yaml", "--url", "env:NOT_SET"], 2, "not set"),
        (["find", "--dataset", "shop.yaml", "--url", "sqlite:///shop.db"], 2, "nobody is named"),
        (["find", "--identity", "zebra", "--dataset", "shop.yaml", "--url", "sqlite:///shop.db"], 2, "KIND:VALUE"),
        (["find", "--identities", "no.txt", "--dataset", "shop.yaml", "--url", "sqlite:///shop.db"], 3, "cannot read"),
        (["find", "--identity", "email:a@b.c", "--dataset", "no.yaml", "--url", "sqlite:///shop.db"], 3, "cannot read"),
        (["find", "--identity", "email:a@b.c", "--dataset", "shop.yaml", "--url", "sqlite:///no.db"], 3, "could not"),
        (["find", "--identity", "email:a@b.c", "--dataset", "shop.yaml", "--url", "nonsense://x"], 3, "no address"),
        (["find", "--identity", "email:a@b.c", "--system", "shop"], 2, "no system `shop`"),
        (["erase", "--identity", "email:a@b.c", "--system", "shop"], 2, "a request"),
        (["draft", "sqlite:///no.db"], 3, "could not"),
        (["test"], 3, "no systems yet"),
        (["test", "shop"], 2, "no system `shop`"),
        (["import-dataset", "no.yaml"], 3, "cannot read"),
        (["import-dataset", "shop.yaml"], 1, "is no fideslang dataset"),
    ],
)
def test_what_goes_wrong_has_its_exit_code(shop: Shop, arguments: list[str], code: int, said: str) -> None:
    done = shop.call(*arguments)
    assert (done.exit_code, said in done.stderr) == (code, True), done.output
    assert "zebra" not in done.output


def test_a_dataset_file_with_problems_tells_them_all(shop: Shop) -> None:
    shop.dataset.write_text(OURS.replace("key: id", "key: idd").replace("name: full-name", "name: {}"))
    done = shop.call("find", "--identity", "email:a@b.c", *shop.there)
    assert done.exit_code == 1
    assert "shop.yaml:10" in done.stderr


@pytest.mark.parametrize(
    "command", [["find", "--identity", "email:a@b.c", "--dataset", "shop.yaml", "--url"], ["draft"]]
)
def test_a_password_is_never_shown(shop: Shop, command: list[str]) -> None:
    for url in ("postgresql://u:zebra@127.0.0.1:9/shop", "nonsense://u:zebra@127.0.0.1:9/shop"):
        done = shop.call(*command, url)
        assert done.exit_code == 3
        assert "zebra" not in done.output


def test_a_document_store_cannot_be_drafted(shop: Shop) -> None:
    assert shop.call("draft", "mongodb://u:zebra@127.0.0.1:9/shop").exit_code == 2


def test_the_address_may_stand_in_the_environment(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", shop.url)
    done = shop.call("find", "--identity", "email:ana@example.org", "--dataset", "shop.yaml", "--url", "env:SHOP_URL")
    assert done.exit_code == 0


def test_plans_are_explained_without_anybody(shop: Shop) -> None:
    done = shop.call("erase", *shop.there, "--explain")
    assert done.exit_code == 0
    assert "customer" in done.stdout
    assert "SELECT" in done.stdout.upper()
    assert json.loads(shop.call("find", *shop.there, "--explain", "--json").stdout)["doing"] == "find"


def test_a_configured_system_is_found_in_listed_tested_and_only_tried(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = shop.folder / "systems.yaml"
    entry = {"connector": "sql", "url": shop.url, "dataset": "shop.yaml", "title": "The shop"}
    systems.write_text(yaml.safe_dump({"systems": {"shop": entry}}))
    monkeypatch.setenv("TROTH_SYSTEMS", str(systems))
    ground.forget()
    before = shop.rows()
    assert "shop  The shop: find, erase" in shop.call("list").stdout
    assert json.loads(shop.call("list", "--json").stdout)["systems"][0]["name"] == "shop"
    assert shop.call("test").exit_code == 0
    assert json.loads(shop.call("test", "shop", "--json").stdout)["systems"][0]["answers"] is True
    found = shop.call("find", "--identity", "email:ana@example.org", "--system", "shop", "--json")
    assert json.loads(found.stdout)["people"][0]["rows"] == 3
    tried = shop.call("erase", "--identity", "email:ana@example.org", "--system", "shop", "--dry-run")
    assert "would change 1 row" in tried.stdout
    assert shop.rows() == before


def test_a_draft_is_written_and_can_be_used_at_once(shop: Shop) -> None:
    done = shop.call("draft", shop.url, "--out", "draft.yaml", "--title", "Shop")
    assert (done.exit_code, done.stdout) == (0, "")
    text = (shop.folder / "draft.yaml").read_text()
    assert "customer" in parse(text).tables
    assert "ana@example.org" not in text
    found = shop.call("find", "--identity", "email:ana@example.org", "--dataset", "draft.yaml", "--url", shop.url)
    assert "person 1: 3 rows" in found.stdout


def test_an_import_says_what_was_decided(shop: Shop) -> None:
    done = shop.call("import-dataset", str(FIDES), "--out", "ours.yaml")
    assert done.exit_code == 0
    assert "people are found by it" in done.stderr
    assert "product" in parse((shop.folder / "ours.yaml").read_text()).other_tables
    told = json.loads(shop.call("import-dataset", str(FIDES), "--json").stdout)
    assert parse(told["dataset"]) == parse((shop.folder / "ours.yaml").read_text())
    assert told["notes"][0]["line"] > 0


def test_a_database_by_its_address_needs_no_django(shop: Shop) -> None:
    code = (
        "import sys; from troth.cli.main import app; "
        f"app(['systems', 'find', '--identity', 'email:ana@example.org', *{shop.there!r}], standalone_mode=False); "
        "assert 'django' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=shop.folder)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("postgresql://u:zebra@127.0.0.1:9/shop", True),
        ("postgresql://127.0.0.1:9/shop?user=u&password=zebra", True),
        ("mongodb://u:zebra@127.0.0.1:9/shop", True),
        ("postgresql://u@127.0.0.1:9/shop", False),
        ("env:SHOP_URL", False),
        ("file:url.txt", False),
    ],
)
def test_a_password_in_the_address_of_a_database_is_warned_of_and_not_shown(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, url: str, warned: bool
) -> None:
    entry = {"connector": "mongodb" if "mongo" in url else "sql", "url": url, "dataset": "shop.yaml"}
    (shop.folder / "systems.yaml").write_text(yaml.safe_dump({"systems": {"shop": entry}}))
    (shop.folder / "url.txt").write_text("postgresql://u:zebra@127.0.0.1:9/shop\n")
    monkeypatch.setenv("TROTH_SYSTEMS", str(shop.folder / "systems.yaml"))
    monkeypatch.setenv("SHOP_URL", "postgresql://u:zebra@127.0.0.1:9/shop")
    ground.forget()
    done = shop.call("list")
    assert done.exit_code == 0, done.output
    assert ("the credential `url` stands in the systems file" in done.stderr) == warned
    assert "zebra" not in done.output
    assert "zebra" not in shop.call("test").output
