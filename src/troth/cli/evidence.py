"""`troth evidence`: check a bundle anywhere; export, sign and audit the log of this deployment."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The evidence log: verify a bundle offline; export, sign, audit.",
)

BROKEN, USAGE, UNREADABLE = 1, 2, 3
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _fail(code: int, message: str) -> NoReturn:
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(code)


def _show(as_json: bool, told: Mapping[str, Any], text: str) -> None:
    typer.echo(json.dumps(told) if as_json else text)


def _found(ok: bool, problems: tuple[str, ...], good: str, bad: str) -> str:
    return good if ok else "\n".join([bad, *(f"  - {problem}" for problem in problems)])


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="A bundle written by `troth evidence export`.")],
    trusted_key: Annotated[
        str, typer.Option(help="The log's verifier key, or a file holding it; get it from elsewhere than the bundle.")
    ],
    since: Annotated[
        Path | None, typer.Option(help="A file with an earlier checkpoint you hold: the log must only have grown.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a bundle without the deployment that wrote it.

    Exit codes: 0 it verifies; 1 it does not; 2 wrong usage, a malformed key included; 3 a file could not be read.
    """
    from troth.evidence import offline

    try:
        verdict = offline.verify(bundle, _key_text(trusted_key), _since_text(since))
    except offline.UnusableKey as problem:
        _fail(USAGE, f"--trusted-key: {problem}")
    except OSError as problem:
        _fail(UNREADABLE, f"could not read {problem.filename or bundle}: {problem.strerror}")
    told = {"ok": verdict.ok, "problems": verdict.problems, "size": verdict.size, "root": verdict.root}
    good = f"verified: {verdict.size} entries, root {verdict.root}"
    _show(as_json, told, _found(verdict.ok, verdict.problems, good, "does not verify:"))
    raise typer.Exit(0 if verdict.ok else BROKEN)


@app.command(name="verify-proof")
def verify_proof(
    file: Annotated[Path, typer.Argument(help="A proof as people get it from their answer page.")],
    trusted_key: Annotated[
        str, typer.Option(help="The log's verifier key, or a file holding it; get it from elsewhere than the proof.")
    ],
    as_json: AsJson = False,
) -> None:
    """Check the proof of one entry without the deployment that wrote it, and show what the entry says.

    Exit codes: 0 it holds; 1 it does not; 2 wrong usage, a malformed key included; 3 the file could not be read.
    """
    from troth.evidence import offline

    try:
        verdict = offline.verify_proof(file.read_text(encoding="utf-8", errors="replace"), _key_text(trusted_key))
    except offline.UnusableKey as problem:
        _fail(USAGE, f"--trusted-key: {problem}")
    except OSError as problem:
        _fail(UNREADABLE, f"could not read {problem.filename or file}: {problem.strerror}")
    told = {"ok": verdict.ok, "problems": verdict.problems, "entry": verdict.entry}
    good = f"holds: the log says {json.dumps(verdict.entry, ensure_ascii=False)}"
    _show(as_json, told, _found(verdict.ok, verdict.problems, good, "does not hold:"))
    raise typer.Exit(0 if verdict.ok else BROKEN)


def _key_text(given: str) -> str:
    """The key itself, or what the file of that name holds. A verifier key always has a plus after a name."""
    try:
        return Path(given).read_text(errors="replace")[:4096]
    except (FileNotFoundError, ValueError):
        if "+" in given:
            return given
        _fail(USAGE, f"--trusted-key: {given} is neither a verifier key nor a file")
    except OSError:
        return given


def _since_text(since: Path | None) -> str | None:
    """The held checkpoint as text; what is not UTF-8 becomes replacement characters, which no signature covers."""
    if since is None:
        return None
    with open(since, encoding="utf-8", errors="replace", newline="") as file:
        return file.read(1_000_000)


@contextmanager
def _deployment() -> Iterator[None]:
    """This deployment's log, ready; what keeps it from being read ends with 3, damage with 1."""
    from troth import ground
    from troth.cli import database

    try:
        database.end_with_us()
        ground.setup()
        from django.db import DatabaseError

        from troth.evidence.signing import UnusableSigningKey
        from troth.evidence.values import LogDamaged
    except (RuntimeError, OSError) as problem:
        _fail(UNREADABLE, str(problem))
    try:
        yield
    except LogDamaged as problem:
        _fail(BROKEN, str(problem))
    except DatabaseError as problem:
        _fail(UNREADABLE, f"the database could not be read ({type(problem).__name__}); is it up and migrated?")
    except UnusableSigningKey as problem:
        _fail(UNREADABLE, str(problem))
    except OSError as problem:
        _fail(UNREADABLE, f"could not use {problem.filename}: {problem.strerror}")


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="The file to write; an existing one is replaced.")], as_json: AsJson = False
) -> None:
    """Sign a checkpoint and write the whole log up to it as a bundle that anyone can verify."""
    with _deployment():
        from troth import ground
        from troth.evidence import queries, services

        path = services.export_bundle(out, ground.clock())
        latest = queries.latest_checkpoint()
        size = latest.size if latest else 0
        _show(as_json, {"path": str(path), "size": size}, f"wrote {path}: {size} entries")


@app.command()
def key(as_json: AsJson = False) -> None:
    """Print the verifier key, to be published where readers of bundles trust it."""
    from troth.evidence import signing  # no database needed

    try:
        text = signing.signer().verifier_key
    except (signing.UnusableSigningKey, OSError) as problem:
        _fail(UNREADABLE, str(problem))
    _show(as_json, {"key": text}, text)


@app.command()
def checkpoint(as_json: AsJson = False) -> None:
    """Sign the log as it stands and print the checkpoint; hand it to someone who keeps it."""
    with _deployment():
        from troth import ground
        from troth.evidence import services

        signed = services.checkpoint(ground.clock())
        told = {"size": signed.size, "root": signed.root.hex(), "note": signed.note, "at": signed.at.isoformat()}
        _show(as_json, told, signed.note.removesuffix("\n"))


@app.command()
def audit(as_json: AsJson = False) -> None:
    """Re-hash the stored log against its tree and every stored checkpoint. Exit 0 intact, 1 not, 3 could not tell."""
    with _deployment():
        from troth.evidence import queries

        found = queries.audit()
        good = f"intact: {found.size} entries"
        told = {"ok": found.ok, "size": found.size, "problems": found.problems}
        _show(as_json, told, _found(found.ok, found.problems, good, f"not intact, {found.size} entries read:"))
        if not found.ok:
            raise typer.Exit(BROKEN)
