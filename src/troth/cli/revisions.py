"""Policy folders as they are, or as they were at a revision of git."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from troth.policy.problems import Unreadable


class NoRevision(Unreadable):
    """Git knows no such revision here, or no such folder in it."""


@dataclass(frozen=True, slots=True)
class Named:
    """A policy someone named. `revision`: of git; None for the folder as it is. `at`: a folder of the repository."""

    folder: str
    revision: str | None = None
    at: Path = Path()

    def __str__(self) -> str:
        return self.folder if self.revision is None else f"{self.revision}:{self.folder}"


def named(argument: str) -> Named:
    """`policies/quali`, or `HEAD~1:policies/quali` where no folder is called that."""
    revision, colon, folder = argument.partition(":")
    if not colon or not revision or Path(argument).exists():
        return Named(argument)
    return Named(folder, revision)


@contextmanager
def folder_of(name: Named) -> Iterator[Path]:
    """The folder to read; for a revision a copy that goes when the work is done.

    A path of a revision counts from the top of the repository, as git's own `REV:PATH` does, or from here if it begins
    with `.`. Raises NoRevision if git knows no such revision or folder, Unreadable if there is no git or repository.
    """
    if name.revision is None:
        yield Path(name.folder)
        return
    with tempfile.TemporaryDirectory(prefix="troth-") as place:
        _unpack(_archive(name), Path(place))
        yield Path(place)


def since(folder: Path, revision: str) -> Named:
    """The same folder at a revision. Raises Unreadable if it lies in no repository."""
    if not folder.is_dir():
        raise Unreadable(f"the folder `{folder}` does not exist")
    prefix = _git("rev-parse", "--show-prefix", at=folder).decode().strip()
    return Named(prefix.rstrip("/"), revision, folder)


def repository(folder: Path) -> Path:
    """The top of the repository a folder lies in. Raises Unreadable if it lies in none."""
    return Path(_git("rev-parse", "--show-toplevel", at=folder).decode().strip())


def _archive(name: Named) -> bytes:
    if name.revision is None or name.revision.startswith("-"):
        raise Unreadable(f"`{name.revision}` is no revision")
    path = name.folder
    if path.startswith("."):
        path = _normal(f"{_git('rev-parse', '--show-prefix', at=name.at).decode().strip()}{path}")
    # from the top: in a folder below it, `git archive` would look for that folder inside the one that is named
    top = repository(name.at)
    try:
        tree = _git("rev-parse", "--verify", "--end-of-options", f"{name.revision}:{path}", at=top).decode().strip()
    except Unreadable as error:
        where = f"`{path}` at `{name.revision}`" if path else f"the revision `{name.revision}`"
        raise NoRevision(f"git knows nothing of {where}") from error
    return _git("archive", "--format=tar", tree, at=top)


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    return "/".join(parts)


def _unpack(archive: bytes, place: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if member.isfile() or member.isdir():
                tar.extract(member, place, filter="data")


def _git(*arguments: str, at: Path) -> bytes:
    try:
        done = subprocess.run(("git", "-C", str(at), *arguments), capture_output=True, check=False)
    except FileNotFoundError as error:
        raise Unreadable("git is not installed, so no revision can be read; compare two folders instead") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Unreadable(f"git: {said[-1].removeprefix('fatal: ') if said else 'it failed without a word'}")
    return done.stdout
