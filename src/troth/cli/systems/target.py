"""Which system a command means: one of the deployment's, or a database given by its address and a dataset file."""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from troth import ground
from troth.cli.output import Exit, fail
from troth.systems.kit.base import System
from troth.systems.kit.outcomes import SystemProblem

if TYPE_CHECKING:
    from troth.systems.kit.identifiers import Identifiers
    from troth.systems.sql.model import Dataset

Identity = Annotated[
    list[str] | None,
    typer.Option("--identity", metavar="KIND:VALUE", help="Whom: email, phone, account or device. All of one person."),
]
People = Annotated[
    Path | None,
    typer.Option("--identities", metavar="FILE", help="A person a line, `email:…` or JSON; `-` is standard input."),
]
Name = Annotated[str | None, typer.Option("--system", metavar="NAME", help="A system of the systems file.")]
File = Annotated[
    Path | None, typer.Option("--dataset", metavar="FILE", help="A dataset file, ours or fideslang, with --url.")
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--dataset-key", metavar="KEY", help="Which dataset of a fideslang file; may be said again."),
]
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The database's address, or `env:NAME` of a variable that holds it."),
]
Explain = Annotated[bool, typer.Option("--explain", help="Only print the plan and its statements.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")]


def system(name: str | None, dataset: Path | None, keys: Sequence[str] | None, url: str | None) -> System:
    """The system that is meant. Leaves with exit code 2 where that is not said, else with what is wrong."""
    if name and not (dataset or url):
        return configured(name)
    if name or not (dataset and url):
        fail("say which: `--system NAME`, or `--dataset FILE --url URL`", Exit.USAGE)
    from troth.systems.mongo.address import is_mongo

    where = address(url)
    described = described_by(dataset, keys or (), nested=is_mongo(where))
    title = described.title
    if is_mongo(where):
        from troth.systems.mongo.system import MongoSystem

        with asking():
            return MongoSystem(dataset.stem, title=title, url=where, dataset=described)
    from troth.systems.sql.system import SqlSystem

    with asking():
        return SqlSystem(dataset.stem, title=title, url=where, dataset=described)


def configured(name: str) -> System:
    """A system of the systems file. Leaves with 2 where there is none of that name."""
    from troth.systems import services

    with asking():
        registry = services.registry()
    known = [each.name for each in registry.all()]
    if name not in known:
        fail(f"the systems file has no system `{name}`", Exit.USAGE, help=f"there is {', '.join(known) or 'none yet'}")
    return registry.get(name)


def address(url: str) -> str:
    """The address, out of the environment where it says `env:NAME`."""
    if not url.startswith("env:"):
        return url
    found = os.environ.get(url.removeprefix("env:"))
    if not found:
        fail(f"--url says {url}, which is not set", Exit.USAGE)
    return found


def described_by(file: Path, keys: Sequence[str], *, nested: bool = False) -> "Dataset":
    """The dataset of a file, ours or fideslang. Leaves with 1 and all its problems, or 3 if it cannot be read."""
    from troth.systems.sql import dataset, fideslang

    text = text_of(file)
    try:
        if not fideslang.is_fideslang(text):
            return dataset.parse(text, file=str(file))
        made = fideslang.parse(text, file=str(file), keys=keys, nested=nested)
    except dataset.DatasetError as wrong:
        refuse_dataset(wrong, file)
    if made.notes:
        many = f"{len(made.notes)} things of the fideslang file were decided or left out"
        typer.echo(f"note: {many}; `troth systems import-dataset {file}` tells them", err=True)
    return made.dataset


def text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        fail(f"cannot read `{file}`: {why}", Exit.UNKNOWN)


def refuse_dataset(wrong: Exception, file: Path) -> NoReturn:
    typer.echo(str(wrong), err=True)
    fail(f"`{file}` cannot be used", help="each line above is one thing to correct")


def whom(given: Sequence[str] | None, file: Path | None) -> "list[Identifiers]":
    """The people a command is about. Leaves with 2 where nobody is named, 3 where the file cannot be read."""
    from troth.cli.systems.people import NotAPerson, people

    try:
        found = people(given or (), file)
    except NotAPerson as problem:
        fail(str(problem), Exit.USAGE)
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        fail(f"cannot read `{file}`: {why}", Exit.UNKNOWN)
    if not found:
        fail("nobody is named", Exit.USAGE, help="say `--identity email:…`, or `--identities FILE`")
    return found


@contextmanager
def asking() -> Iterator[None]:
    """A system that cannot be asked ends the command with 3, in words."""
    try:
        yield
    except SystemProblem as problem:
        fail(without_passwords(str(problem)), Exit.UNKNOWN)
    except RuntimeError as problem:  # the secrets of this deployment are gone
        fail(without_passwords(str(problem)), Exit.UNKNOWN)


_PASSWORD = re.compile(r"(://[^:/@\s]*):\S*@")  # to the last `@`: one in the password may not have been escaped


def without_passwords(text: str) -> str:
    """The text without passwords of addresses that might stand in it."""
    return _PASSWORD.sub(r"\1:***@", text)


@contextmanager
def secrets_of(system: System) -> Iterator[None]:
    """Keyed hashes take the deployment's secret; where there is no deployment, one that ends with this command."""
    home = ground.settings().home
    if home.exists():
        yield
        return
    if _hashes(system):
        said = f"there is no Troth home at {home}: hashes take a key of this run alone"
        typer.echo(f"note: {said}; with TROTH_HOME set, equal values get equal hashes in every run", err=True)
    with tempfile.TemporaryDirectory(prefix="troth-") as folder:
        os.environ["TROTH_HOME"] = folder
        ground.forget()
        try:
            yield
        finally:
            del os.environ["TROTH_HOME"]
            ground.forget()


def _hashes(system: System) -> bool:
    from troth.systems.sql.model import Hashed

    dataset: Dataset | None = getattr(system, "dataset", None)
    columns = [column for table in dataset.tables.values() for column in table.columns.values()] if dataset else []
    return any(isinstance(column.on_erase, Hashed) for column in columns)
