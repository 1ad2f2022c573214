"""Policy files → their texts. The only place of the policy room that touches the disk."""

import os
from pathlib import Path

from troth.policy.places import Place
from troth.policy.problems import Problem, Unreadable

MAX_FILE = 16 * 1024 * 1024
"""Bytes; far above any policy a person writes, far below what fills a machine."""

NOT_POLICY = frozenset({"datasets"})
"""Folders that hold other files than the policy's."""


def read_folder(folder: Path) -> tuple[dict[str, str], list[Problem]]:
    """Every `*.yaml` below `folder`, by its relative name, in the order of the names.

    Raises Unreadable if the folder or a file in it cannot be read.
    """
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for name in names(folder):
        if name.endswith(".yml"):
            problems.append(misnamed(name))
            continue
        text = read_file(folder / name, name)
        if isinstance(text, Problem):
            problems.append(text)
        else:
            texts[name] = text
    if not texts and not problems:
        problems.append(
            Problem(
                "T-0001",
                "error",
                f"there is no `*.yaml` file in `{folder}`",
                help="begin with a `policy.yaml`; docs/tutorial/first-policy.md shows a whole one",
            )
        )
    return texts, problems


def names(folder: Path) -> list[str]:
    """The names of the files that a policy folder holds, relative to it, in their order. Raises Unreadable."""
    if not folder.exists():
        raise Unreadable(f"the folder `{folder}` does not exist")
    if not folder.is_dir():
        raise Unreadable(f"`{folder}` is not a folder: name the folder that holds the policy's files")
    names: list[str] = []
    for place, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(f for f in folders if f not in NOT_POLICY and not f.startswith("."))
        inside = Path(place).relative_to(folder)
        names += [(inside / f).as_posix() for f in files if f.endswith((".yaml", ".yml")) and not f.startswith(".")]
    return sorted(names)


def _refuse(error: OSError) -> None:
    raise Unreadable(f"cannot read `{error.filename}`: {error.strerror}") from error


def read_file(path: Path, name: str) -> str | Problem:
    """The text of a file, or the problem that keeps it from being one. Raises Unreadable. `name`: for its place."""
    if not path.is_file():
        raise Unreadable(f"cannot read `{path}`: it is not a regular file")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise Unreadable(f"cannot read `{path}`: {error.strerror}") from error
    return decode(raw, name)


def decode(raw: bytes, name: str) -> str | Problem:
    """Bytes of a policy file → its text, or the problem that keeps it from being one."""
    if len(raw) > MAX_FILE:
        return Problem("T-0002", "error", f"the file is larger than {MAX_FILE // 1024**2} MiB", Place(name, 1, 1, 2))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        return Problem(
            "T-0003",
            "error",
            f"the file is not UTF-8: byte 0x{raw[error.start]:02x} stands for no character",
            Place(name, line, column, column + 1),
            help="save the file as UTF-8",
        )


def misnamed(name: str) -> Problem:
    """The problem of a file that looks like one of the policy's but is not read."""
    return Problem(
        "T-0004",
        "error",
        f"`{name}` is not read: policy files end in `.yaml`",
        Place(name, 1, 1, 2),
        help=f"rename it to `{name[:-4]}.yaml`",
    )
