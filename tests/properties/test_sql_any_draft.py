"""Whatever tables and keys a database has, its draft can be read, and everybody in it can be found."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from troth.systems.sql import as_yaml
from troth.systems.sql.dataset import parse
from troth.systems.sql.dialects.live import LiveColumn, LiveTable, Unique
from troth.systems.sql.draft.judge import beside, judge
from troth.systems.sql.draft.looking import Key, Looked
from troth.systems.sql.draft.making import NobodyThere, drafted

TABLES = ["customers", "employees", "orders", "order_items", "Adressen", "notes", "public.users"]
COLUMNS = {
    "id": "whole", "email": "text", "name": "text", "customer_id": "whole", "employee_id": "whole", "order_id": "whole",
    "approved_by": "whole", "street": "text", "note": "text", "created_at": "time", "ip": "other", "active": "boolean",
}  # fmt: skip


@st.composite
def looks(draw: st.DrawFn) -> Looked:
    tables: dict[str, LiveTable] = {}
    for name in draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=5, unique=True)):
        inside = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=6, unique=True))
        columns = {
            one: LiveColumn(
                COLUMNS[one],
                nullable=draw(st.booleans()),
                length=draw(st.sampled_from([None, 3, 20, 80])),
                family=COLUMNS[one],  # type: ignore[arg-type]
                name=one,
            )
            for one in inside
        }
        key = tuple(draw(st.sampled_from([inside[:1], inside[:2], []])))
        tables[name] = LiveTable(name, columns, uniques=(Unique("pk", key, primary=True),) if key else ())
    keys = draw(st.lists(st.builds(_key, st.just(tables), st.randoms()), max_size=5))
    verdicts = {
        (name, column): verdict
        for name, table in tables.items()
        for column, verdict in beside({c: judge(name, c, live.family, ()) for c, live in table.columns.items()}).items()
    }
    return Looked("Any", tables, tuple(dict.fromkeys(keys)), verdicts)


def _key(tables: dict[str, LiveTable], chance: Random) -> Key:
    """A foreign key between any two tables, over one column or two."""
    here, there = chance.choice(sorted(tables)), chance.choice(sorted(tables))
    wide = min(len(tables[here].columns), len(tables[there].columns), chance.choice([1, 1, 2]))
    return Key(here, tuple(tables[here].columns)[:wide], there, tuple(tables[there].columns)[:wide])


@settings(max_examples=150, deadline=None)
@given(looks())
def test_any_draft_can_be_read(looked: Looked) -> None:
    try:
        made = drafted(looked, "Any")
    except NobodyThere:
        return
    assert parse(as_yaml.text(made.dataset, comments=made.comments)) == made.dataset
    assert set(made.dataset.tables) | set(made.dataset.other_tables) == set(looked.tables)
