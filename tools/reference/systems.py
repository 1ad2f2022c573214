"""The page of the systems file and of dataset files."""

from typing import cast

from pydantic import BaseModel

from tools.reference.models import hints, reached, says, table
from troth.systems.files.classes import FileClass
from troth.systems.files.settings import StoreSettings
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas import manifest
from troth.systems.sql.model import Dataset, Fixed, Hashed, Keep, Null, Random

INTRO = """\
# The systems file

`systems.yaml` in Troth's home (or the file `TROTH_SYSTEMS` names) says which systems hold personal data and how each is
reached. It is read again when it changes.

    systems:
      NAME: {connector: …, …}

`recipient` names the recipient of the policy that a system serves: its deliveries go there. A credential is
`env:NAME` (an environment variable), `file:PATH` (a file, relative to the systems file), `secret:NAME` (kept in
Troth's home, as the console does), or the credential itself, of which `troth systems list` warns. What each connector
does: [capabilities](capabilities.md). [Connectors of your own](../how-to/a-connector-in-an-hour.md) lie in the folder
`connectors` beside the file.
"""
SQL = """\
A database, described by a dataset file: PostgreSQL, and with its extra MySQL and MariaDB, SQL Server, Snowflake,
BigQuery; SQLite.

| key | meaning |
|---|---|
| `connector` (needed) | `sql` |
| `url` (needed) | `postgresql://…`, `mysql://…`, `sqlite:///…`, or `env:NAME` of a variable that holds it |
| `dataset` (needed) | the dataset file, relative to the systems file |
| `title` | what people here call it; else the dataset's title |
| `recipient` | the recipient it serves |

[How to connect one](../how-to/connect-a-sql-database.md).
"""
MONGODB = """\
A MongoDB database, described by a dataset file as a SQL database is (extra `mongodb`).

| key | meaning |
|---|---|
| `connector` (needed) | `mongodb` |
| `url` (needed) | `mongodb://…`, or `env:NAME` of a variable that holds it |
| `dataset` (needed) | the dataset file, relative to the systems file |
| `title` | what people here call it; else the dataset's title |
| `recipient` | the recipient it serves |

[How to connect one](../how-to/connect-mongodb.md).
"""
FILES = """\
Log files, exports and recordings, on a local disk or in a bucket (S3 with the extra `s3`; others as fsspec names them):
plain, gzip or zstd; Parquet with the extra `parquet`.

| key | meaning |
|---|---|
| `connector` (needed) | `files` |
| `folder` (needed) | the folder, relative to the systems file, or `s3://bucket/prefix` |
| `classes` (needed) | mapping of name to: class of files |
| `store` | how a bucket is reached |
| `title` | what people here call it |
| `recipient` | the recipient it serves |

A class of files: `by: day`, a whole file goes at once, by the day in its name, else by its last change; `by: line`,
each line goes by its own time. [How to connect one](../how-to/logs-and-recordings.md).
"""
DATASETS = "Which tables of a database hold personal data, how people are found, what erasure does."
MASKS = """\
What becomes of a column when a row is masked: `null`; `{fixed: VALUE}`; `random` or `{random: {suffix: …}}`, a fresh
text in each row; `hash` or `{hash: {suffix: …}}`, a keyed hash, so that equal values stay equal; `{keep: REASON}`.

What becomes of a row: `delete`; `anonymise`, columns with a data item or a link are masked; `unlink`, only what says
whose row it is becomes NULL; `{keep: REASON}`.
"""
MEANINGS = {
    "FileClass.pattern": "which files, such as `access-*.log*`; stays inside the folder",
    "FileClass.touchpoint": "the touchpoint of the policy they come from",
    "FileClass.by": "what goes at once",
    "FileClass.time": "with `by: line`: a regular expression; its first group is the line's time",
    "FileClass.format": "of the line's time: `iso`, `epoch`, `epoch-ms`, or a strptime format",
    "Dataset.title": "what people call the database",
    "Dataset.tables": "tables that hold personal data",
    "Table.schema_": "where the name itself holds a dot",
    "Table.key": "the columns of its primary key",
    "Table.columns": "every column; `NAME: item` is short for `NAME: {item: item}`",
    "Table.touchpoint": "the touchpoint of the policy the rows come from",
    "Table.on_erase": "what erasure does with a row",
    "Column.item": "the data item of the policy it holds",
    "Column.none": "why it says nothing about a person; one of `item` and `none` stands",
    "Column.references": "how rows of two tables belong together: `table.column`",
    "Column.on_erase": "what masking does with it; left out: NULL",
    "Composite.direction": "as in a column's reference",
    "Reference.direction": "`from`: this row is looked up by that column; `to`: this column leads to that row",
}
MASKED = {Null, Fixed, Random, Random.Settings, Hashed, Hashed.Settings, Keep}


def _settings(name: str) -> list[str]:
    settings = cast("type[SaasSystem]", manifest.kind(name)).Settings
    own = [field for field in hints(settings) if field in settings.__annotations__]
    rows = []
    for field in (*own, *(f for f in hints(settings) if f not in own)):
        info = settings.model_fields[field]
        needed = " (needed)" if info.is_required() else ""
        told = isinstance(info.default, str | int | float) and info.default != ""
        default = f" Default: `{_yaml(info.default)}`." if told else ""
        rows.append(f"| `{field}`{needed} | {info.description}{default} |")
    head = ["| key | meaning |", "|---|---|", f"| `connector` (needed) | `{name}` |"]
    parts = [part for model in reached(settings)[1:] for part in _model(model, f"{name}: {model.__name__}")]
    return [f"## {name}", says(settings), "\n".join([*head, *rows]), *parts]


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _model(model: type[BaseModel], title: str) -> list[str]:
    return [f"### {title}", table(model, LINKS, MEANINGS)]


LINKS = {
    "Table": "table",
    "Column": "column",
    "Reference": "reference",
    **{mask.__name__: "mask" for mask in MASKED},
}


def page() -> str:
    parts = [INTRO]
    for name in (*manifest.vendors(), "rest"):
        parts += _settings(name)
    parts += [
        "## sql",
        SQL,
        "## mongodb",
        MONGODB,
        "## files",
        FILES,
        *_model(FileClass, "A class of files"),
        *_model(StoreSettings, "A store"),
    ]
    parts += [
        "## Dataset files",
        DATASETS,
    ]
    for model in reached(Dataset):
        if model not in MASKED:
            parts += _model(model, model.__name__)
    return "\n\n".join(part.strip() for part in (*parts, MASKS))
