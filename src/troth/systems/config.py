"""The systems file as people keep it: entries are read and changed one by one, comments and order stay.

The lines of an entry that does not change are not touched, nor are those of a setting that does not. What was written
is read back before it counts: a file that would not say what it should is refused and left as it was.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from troth.systems import splice
from troth.systems.kit.outcomes import SystemProblem

Entries = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class SystemsFile:
    """The file as it was read. `digest` is how `save` knows whether it has changed since."""

    path: Path
    text: str
    entries: Entries

    @property
    def whole(self) -> bool:
        """Whether it says which systems there are, be it none."""
        return bool(self.entries) or splice.child_value(self.text, "systems") == {}

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


Judge = Callable[[SystemsFile, SystemsFile], None]


def read(path: Path) -> SystemsFile:
    """The file; without entries where there is none. Raises `SystemProblem` (fix settings) when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise _fault(path, f"cannot be read ({type(error).__name__})") from None
    return SystemsFile(path, text, _entries(path, text))


def named(entries: Entries) -> frozenset[str]:
    """The kept credentials (`secret:NAME`) that the entries name, wherever in them."""
    return frozenset(_named(entries))


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("secret:"):
        yield value.removeprefix("secret:")
    elif isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _named(part)


def save(
    path: Path, name: str, entry: Mapping[str, Any] | None, *, digest: str | None = None, judge: Judge | None = None
) -> SystemsFile:
    """Set the entry of system `name`, or take it out (None); the file as it then is.

    digest: of the file as it was shown to who changes it. judge: looks at the file before and after, and raises
    `SystemProblem` when it is not to be written. Raises `SystemProblem`: `retry` when the file has changed meanwhile,
    `fix settings` when it cannot be changed without losing something, or not be written.
    """
    with _alone(path):
        before = read(path)
        if digest is not None and digest != before.digest:
            raise SystemProblem(
                f"{path.name} has changed meanwhile; look at it again and repeat the change", consequence="retry"
            )
        after = _changed(before, name, entry)
        if judge:
            judge(before, after)
        if after.text != before.text:
            _write(path, after.text)
        return after


def _changed(before: SystemsFile, name: str, entry: Mapping[str, Any] | None) -> SystemsFile:
    wanted = {other: dict(settings) for other, settings in before.entries.items() if other != name or entry}
    if entry:
        wanted[name] = dict(entry)
    text = splice.entry(before.text, name, entry)
    try:
        found = _entries(before.path, text)
    except SystemProblem:
        found = {}
    if found != wanted:
        raise _fault(before.path, f"the entry {name} cannot be changed safely by a program; change it by hand")
    return SystemsFile(before.path, text, found)


def _entries(path: Path, text: str) -> Entries:
    try:
        content = yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _fault(path, f"cannot be read{f' at line {mark.line + 1}' if mark else ''}") from None
    if content is None:
        return {}
    entries = content.get("systems") if isinstance(content, Mapping) else ()
    if entries is None:
        return {}
    if not isinstance(entries, Mapping) or not all(isinstance(entry, Mapping) for entry in entries.values()):
        raise _fault(path, "must hold `systems:` with one mapping a system")
    if twice := splice.twice(text):
        raise _fault(path, f"names {twice} twice; only one of them would count")
    return entries


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One at a time changes the file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _fault(path, f"cannot be written ({type(error).__name__}); fix the rights of its folder") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, text: str) -> None:
    """Whole or not at all; the file keeps its rights, a new one is the owner's alone."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    try:
        with open(fresh, "x", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, mode)) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except OSError as error:
        raise _fault(path, f"cannot be written ({type(error).__name__}); fix the rights of its folder") from None
    finally:
        fresh.unlink(missing_ok=True)


def _fault(path: Path, what: str) -> SystemProblem:
    return SystemProblem(f"{path.name}: {what}", consequence="fix settings")
