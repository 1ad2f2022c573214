"""Credentials kept in Troth's home: `secret:NAME` in the systems file, a file of its own for each, the owner's alone.

They are written and used, never shown again.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Collection
from pathlib import Path

from troth import ground

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


def name_for(text: str) -> str:
    """A name for the credential of `text` (`system.setting`): another for every text."""
    plain = _plain(text)
    return plain if plain == text else f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def free(name: str) -> str:
    """`name`, or one made of it under which nothing is kept yet: a credential in use is never replaced under its name,
    so that neither the old one goes to a new address nor the new one to an old address."""
    return name if not _path(name).exists() else f"{name[:90]}-{secrets.token_hex(4)}"


def keep(name: str, value: str) -> str:
    """Keep the credential under `name`, in place of an earlier one; `secret:NAME`, for the systems file.

    Whole or not at all: who reads meanwhile gets the old one or the new one. Raises ValueError for a name that is none
    and OSError when the folder cannot be written.
    """
    path = _path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(fresh, "xb", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            file.write(value.encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    return f"secret:{name}"


def kept(name: str) -> str:
    """The credential kept under `name`. Raises ValueError for a name that is none, OSError when it is not there."""
    return _path(name).read_text(encoding="utf-8")


def drop(name: str) -> None:
    """Keep it no longer; nothing happens when there is none."""
    _path(name).unlink(missing_ok=True)


def sweep(system: str, named: Collection[str]) -> None:
    """Drop what was kept for a system and is not among `named`, the credentials still in use."""
    folder = ground.settings().home / "secrets" / "systems"
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name.startswith(f"{_plain(system)}.") and path.name not in named:
            path.unlink(missing_ok=True)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9.-]", "-", text.lower()).strip(".-")[:80] or "x"


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise ValueError("the name of a kept credential is lower-case letters, digits, dots and hyphens")
    return ground.settings().home / "secrets" / "systems" / name
