"""Object stores through fsspec. Tried with `memory`; others may work, but nobody has tried them here."""

import errno
import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from importlib import import_module
from typing import Any, BinaryIO, cast

from troth.systems.files import patterns
from troth.systems.files.store import Changed, Item, Left
from troth.systems.kit.outcomes import SystemProblem

BLOCK = 8 << 20  # bytes fetched at once
_BUFFER = 1 << 18
_SERVER_ERROR = 500
_STAMPS = ("ETag", "etag", "mtime", "created", "LastModified", "last_modified", "updated")


class ObjectStore:
    """Objects are written whole and stand or fall as one, so a rewrite is an upload of the same name."""

    appended = False

    def __init__(self, protocol: str, path: str) -> None:
        self.protocol = protocol
        self.root = path.strip("/")
        self._fs: Any = None

    @property
    def where(self) -> str:
        return f"{self.protocol}://{self.root}"

    @property
    def fs(self) -> Any:
        if self._fs is None:
            self._fs = self._connect()
        return self._fs

    def _connect(self) -> Any:
        try:
            return import_module("fsspec").filesystem(self.protocol, use_listings_cache=False)
        except (ImportError, ValueError) as problem:
            message = f"{self.where}: {self.protocol} needs a package that is not installed ({problem})"
            raise SystemProblem(message, consequence="fix settings") from None
        except TypeError:
            message = f"{self.where}: {self.protocol} needs settings of its own, which Troth does not have"
            raise SystemProblem(message, consequence="fix settings") from None

    def items(self, pattern: str) -> Iterator[Item | Left]:
        with said():
            found = self.fs.find(f"{self.root}/{patterns.fixed(pattern).rpartition('/')[0]}".rstrip("/"), detail=True)
        matches = patterns.matcher(pattern).fullmatch
        for path, info in sorted(found.items()):
            name = path.lstrip("/").removeprefix(self.root.lstrip("/")).lstrip("/")
            if matches(name):
                yield Item(name, int(info["size"] or 0), _changed(info), place=_stamp(info))

    def path(self, item: Item) -> str:
        return f"{self.root}/{item.name}"

    def open(self, item: Item) -> BinaryIO:
        with said():
            try:
                return buffered(self.fs.open(self.path(item), "rb"))
            except FileNotFoundError as problem:
                raise Changed(item.name) from problem

    def replace(self, item: Item, write: Callable[[BinaryIO], None]) -> int:
        with tempfile.TemporaryFile() as fresh:
            write(fresh)
            size = fresh.tell()
            fresh.seek(0)
            with said():
                self._unchanged(item)
                self._upload(item, fresh, size)
        return size

    def _upload(self, item: Item, fresh: Any, size: int) -> None:
        with self.fs.open(self.path(item), "wb") as target:
            while piece := fresh.read(BLOCK):
                target.write(piece)

    def remove(self, item: Item) -> None:
        with said():
            self._unchanged(item)
            self.fs.rm_file(self.path(item))

    def alone(self) -> AbstractContextManager[bool]:
        """Two sweeps cannot harm each other here: each replaces only what is as it was listed."""
        return nullcontext(True)

    def _unchanged(self, item: Item) -> None:
        try:
            now = self.fs.info(self.path(item))
        except FileNotFoundError as problem:
            raise Changed(item.name) from problem
        if _stamp(now) != item.place:
            raise Changed(item.name)


class _Told(io.RawIOBase):
    """Reads through; what goes wrong on the way leaves as `said` has it."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        with said():
            data = self._file.read(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def buffered(file: Any) -> BinaryIO:
    """What fsspec opens, with all that files can do."""
    return io.BufferedReader(_Told(file), _BUFFER)


@contextmanager
def said() -> Iterator[None]:
    """Whatever a store's library raises leaves as an OSError with words, or as Changed."""
    try:
        yield
    except (Changed, SystemProblem):
        raise
    except Exception as problem:
        if type(problem).__name__ == "FileExpired":
            raise Changed("") from problem
        if type(problem).__module__.partition(".")[0] in ("botocore", "aiobotocore", "aiohttp"):
            raise OSError(errno.ETIMEDOUT, f"the store does not answer ({type(problem).__name__})") from None
        if (status := _status(problem)) >= _SERVER_ERROR or getattr(problem, "errno", 0) == errno.EBUSY:
            raise OSError(errno.ETIMEDOUT, f"the store is overloaded or down (HTTP {status})") from problem.__cause__
        raise


def _status(problem: Exception) -> int:
    """The HTTP status behind it; 0 where none is known."""
    reply = getattr(problem.__cause__, "response", None)
    return int(reply.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) if isinstance(reply, dict) else 0


def _stamp(info: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(_seconds(info.get(key))) for key in ("size", *_STAMPS))


def _seconds(value: Any) -> Any:
    """A time as the same number, whether a listing or a single look told it."""
    return value.timestamp() if isinstance(value, datetime) else value


def _changed(info: dict[str, Any]) -> float:
    for key in ("LastModified", "mtime", "last_modified", "updated", "created"):
        value = _seconds(info.get(key))
        if isinstance(value, int | float):
            return float(value)
    raise OSError(errno.EIO, "the store does not say when its files were changed")
