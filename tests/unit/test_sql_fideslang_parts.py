"""fideslang: references over a key of several columns."""

import pytest

from troth.systems.sql import as_yaml
from troth.systems.sql.dataset import parse as parse_ours
from troth.systems.sql.fideslang import Imported, parse

PARTS = """
fides_key: s
collections:
- name: users
  fields: [{{name: id, fides_meta: {{primary_key: true, identity: account}}}}]
- name: orders
  fields:
  - {{name: country, fides_meta: {{primary_key: true{up_country}}}}}
  - {{name: number, fides_meta: {{primary_key: true{up_number}}}}}
  - {{name: user_id, fides_meta: {{references: [{{dataset: s, field: users.id, direction: from}}]}}}}
- name: lines
  fields:
  - {{name: id, fides_meta: {{primary_key: true}}}}
  - {{name: land, fides_meta: {{{country}}}}}
  - {{name: order_no, fides_meta: {{{number}}}}}
  - {{name: text, data_categories: [user.content]}}
"""


def _refers(field: str, direction: str = "") -> str:
    towards = f", direction: {direction}" if direction else ""
    return f"references: [{{dataset: s, field: {field}{towards}}}]"


def _parts(country: str = "", number: str = "", up_country: str = "", up_number: str = "") -> Imported:
    return parse(PARTS.format(country=country, number=number, up_country=up_country, up_number=up_number))


@pytest.mark.parametrize("direction", ["from", "to"])
def test_references_over_a_key_of_several_columns_are_compared_together(direction: str) -> None:
    made = _parts(_refers("orders.country", direction), _refers("orders.number", direction))
    (one,) = made.dataset.tables["lines"].references
    assert (one.table, one.columns, one.direction) == ("orders", {"land": "country", "order_no": "number"}, direction)
    assert not any(each.references for each in made.dataset.tables["lines"].columns.values())
    assert "land, order_no: compared together" in "\n".join(map(str, made.notes))


def test_so_are_those_that_the_key_itself_writes_down() -> None:
    made = _parts(up_country=f", {_refers('lines.land', 'to')}", up_number=f", {_refers('lines.order_no', 'to')}")
    (one,) = made.dataset.tables["orders"].references
    assert (one.columns, one.direction) == ({"country": "land", "number": "order_no"}, "to")


def test_so_are_those_without_a_direction_both_ways() -> None:
    made = _parts(_refers("orders.country"), _refers("orders.number"))
    assert [one.direction for one in made.dataset.tables["lines"].references] == ["from", "to"]
    assert parse_ours(as_yaml.text(made.dataset)) == made.dataset


def test_several_ways_to_a_table_by_what_is_no_key_of_several_columns_stay_apart() -> None:
    made = _parts(_refers("users.id", "from"), _refers("users.id", "from"))
    assert made.dataset.tables["lines"].references == ()
    assert all(made.dataset.tables["lines"].columns[name].references for name in ("land", "order_no"))
