"""Dataset files: what is refused, where, all at once."""

from pathlib import Path

import pytest

from troth.systems.sql.dataset import DatasetError, parse, read
from troth.systems.sql.graph import ByLink, Layer, layers, ordered, ways
from troth.systems.sql.model import Fixed, Keep, Null, Random

GOOD = """
title: Shop
tables:
  public.customer:
    key: id
    on_erase: anonymise
    columns:
      id: {none: number}
      email: {item: email, identity: email, on_erase: {random: {suffix: "@erased.invalid"}}}
      name: full-name
      note: {item: other, on_erase: null}
      size: {item: other, on_erase: {fixed: 0}}
      since: {item: other, on_erase: {keep: tax law}}
  orders:
    key: [id, line]
    on_erase: {keep: tax law}
    columns:
      id: {none: number}
      line: {none: number}
      customer_id: {item: user-id, references: public.customer.id}
"""


def test_a_good_file_is_read() -> None:
    dataset = parse(GOOD)
    columns = dataset.tables["public.customer"].columns
    assert columns["email"].on_erase == Random(random=Random.Settings(suffix="@erased.invalid"))
    assert columns["note"].on_erase == Null()
    assert columns["name"].on_erase is None
    assert columns["size"].on_erase == Fixed(fixed=0)
    assert columns["since"].on_erase == Keep(keep="tax law")
    assert dataset.tables["orders"].key == ("id", "line")
    assert ordered(dataset) == ("public.customer", "orders")
    assert dataset.items() == {"email", "full-name", "other", "user-id"}


@pytest.mark.parametrize(
    ("change", "where", "said"),
    [
        (("name: full-name", "name: full-name\n      name: x"), "tables.public.customer.columns.name", "written twice"),
        (("name: full-name", "name: {}"), "tables.public.customer.columns.name", "give `item"),
        (("on_erase: anonymise", "on_erase: shred"), "tables.public.customer.on_erase", ""),
        (("key: id", "kee: id"), "tables.public.customer.kee", "not a key"),
        (("key: id", "key: idd"), "tables.public.customer.key", "`idd` is not among the columns"),
        (
            ("public.customer.id", "customer.id"),
            "tables.orders.columns.customer_id.references",
            "no table `customer` here",
        ),
        (("public.customer.id", "public.customer.x"), "tables.orders.columns.customer_id.references", "no such column"),
        (("identity: email, ", ""), "tables.public.customer", "nobody could be found"),
        (("fixed: 0", "fixt: 0"), "tables.public.customer.columns.size", ""),
    ],
)
def test_what_is_wrong_is_named_with_its_line(change: tuple[str, str], where: str, said: str) -> None:
    text = GOOD.replace(*change)
    with pytest.raises(DatasetError) as problem:
        parse(text, file="shop.yaml")
    found = [one for one in problem.value.problems if one.where.startswith(where) and said in one.message]
    assert found, problem.value
    line = text.splitlines()[found[0].line - 1]
    assert found[0].where.split(".")[-1] in line or line.strip().startswith(
        where.rsplit(".", maxsplit=1)[-1].rstrip(":")
    )


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(DatasetError) as problem:
        parse(GOOD.replace("key: id", "key: idd").replace("public.customer.id", "nowhere.id"))
    assert len(problem.value.problems) == 2


def test_a_table_no_identity_leads_to_is_refused() -> None:
    with pytest.raises(DatasetError, match="no identity leads to this table"):
        parse(GOOD + "  lost:\n    key: id\n    on_erase: delete\n    columns: {id: {none: number}, words: other}\n")


def test_a_circle_of_references_is_one_layer() -> None:
    text = GOOD.replace("{none: number}\n      email", "{none: number, references: orders.id}\n      email")
    assert layers(parse(text)) == (Layer(("public.customer", "orders"), circular=True),)


def test_a_table_that_refers_to_itself_is_a_circle_behind_what_leads_to_it() -> None:
    text = GOOD.replace("line: {none: number}", "line: {none: number, references: orders.id}")
    assert layers(parse(text)) == (Layer(("public.customer",), circular=False), Layer(("orders",), circular=True))


def test_references_by_several_columns_are_ways_into_a_table() -> None:
    composite = (
        GOOD
        + """    references:
      - {table: public.customer, columns: {customer_id: id, line: size}}
"""
    )
    both = ByLink(("customer_id", "line"), "public.customer", ("id", "size"))
    assert both in ways(parse(composite))["orders"]
    back = composite.replace("line: size}", "line: size}, direction: to")
    assert ByLink(("id", "size"), "orders", ("customer_id", "line")) in ways(parse(back))["public.customer"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("table: nowhere, columns: {line: id}", "no table `nowhere` here"),
        ("table: public.customer, columns: {lime: id}", "`lime` is not among the columns"),
        ("table: public.customer, columns: {line: ix}", "declares no column `ix`"),
        ("table: public.customer, columns: {}", "at least 1"),
    ],
)
def test_what_is_wrong_with_a_composite_reference_is_named(columns: str, said: str) -> None:
    with pytest.raises(DatasetError, match=said) as problem:
        parse(GOOD + f"    references: [{{{columns}}}]\n")
    assert problem.value.problems[0].where.startswith("tables.orders.references.0")


@pytest.mark.parametrize("text", ["", "[]", "title: x", "tables: {}", "a: [", "title: x\ntables: {t: 3}"])
def test_what_is_no_dataset_is_a_problem(text: str) -> None:
    with pytest.raises(DatasetError):
        parse(text)


def test_the_demo_dataset_is_good_and_names_items_of_its_policy() -> None:
    import yaml

    policy = Path(__file__).parents[2] / "policies/quali"
    items = yaml.safe_load((policy / "data.yaml").read_text())["data"]
    assert read(policy / "datasets/product.yaml").items() <= set(items)


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe")
    for path in (tmp_path, tmp_path / "none.yaml", tmp_path / "x.yaml"):
        with pytest.raises(DatasetError, match="could not be read"):
            read(path)
