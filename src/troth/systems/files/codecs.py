"""Plain, gzip and zstd files as streams of bytes, told apart by their first bytes; damage is an error, never an end."""

import gzip
import io
import zlib
from typing import IO, BinaryIO, Literal, cast

import zstandard

Codec = Literal["plain", "gzip", "zstd"]
Damaged = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)
_WINDOW = 1 << 27  # 128 MiB: the most memory a zstd file may make us use
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_RLE = 1
_FIRST = 5  # bytes that tell how long the head of a frame is


def codec_of(file: BinaryIO) -> Codec:
    """How `file` is packed; leaves it at its beginning."""
    start = file.read(4)
    file.seek(0)
    if start[:2] == b"\x1f\x8b":
        return "gzip"
    if start == zstandard.FRAME_HEADER or (len(start) == 4 and int.from_bytes(start, "little") in _SKIPPABLE):
        return "zstd"
    return "plain"


def reader(file: BinaryIO) -> IO[bytes]:
    """The unpacked content, streamed. Reading raises one of `Damaged` where the file is cut off or corrupt."""
    codec = codec_of(file)
    if codec == "gzip":
        return cast(IO[bytes], gzip.GzipFile(fileobj=file, mode="rb"))
    if codec == "plain":
        return file
    stream = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(
        cast(BinaryIO, _Frames(file)), read_across_frames=True, closefd=False
    )
    return io.BufferedReader(cast(io.RawIOBase, stream), 1 << 17)


def writer(file: BinaryIO, codec: Codec) -> IO[bytes]:
    """A stream that packs into `file`; closing it ends the packing and leaves `file` open."""
    if codec == "gzip":
        return cast(IO[bytes], gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0))
    if codec == "zstd":
        packer = zstandard.ZstdCompressor(level=3, write_checksum=True, threads=1)  # a thread beside the one that reads
        stream = packer.stream_writer(file, closefd=False)
        return io.BufferedWriter(cast(io.RawIOBase, stream), 1 << 17)
    return io.BufferedWriter(_Open(file), 1 << 17)


class _Open(io.RawIOBase):
    """Writes through to a file that outlives it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return self._file.write(cast(bytes, data))


class _Frames:
    """Walks the frames of a zstd file (RFC 8878 §3.1) as they are read: the decoder takes a file that is cut off for
    one that ends."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._head = b""
        self._wanted = _FIRST
        self._skip = 0
        self._checksum: int | None = None  # bytes of it; None between frames

    def read(self, size: int = -1) -> bytes:
        """Raises EOFError where the file ends within a frame, ZstdError where no frame begins."""
        data = self._file.read(size)
        if not data and size and (self._skip or self._head or self._checksum is not None):
            raise EOFError("the zstd file is cut off")
        at = 0
        while at < len(data):
            at += self._step(data, at)
        return data

    def _step(self, data: bytes, at: int) -> int:
        if self._skip:
            step = min(self._skip, len(data) - at)
            self._skip -= step
            return step
        piece = data[at : at + self._wanted - len(self._head)]
        self._head += piece
        if len(self._head) == self._wanted:
            self._frame() if self._checksum is None else self._block(self._checksum)
        return len(piece)

    def _frame(self) -> None:
        head = self._head
        if int.from_bytes(head[:4], "little") in _SKIPPABLE:
            self._next(8 if len(head) < 8 else _FIRST, int.from_bytes(head[4:8], "little") if len(head) == 8 else None)
        elif len(head) < (whole := zstandard.frame_header_size(head)):
            self._wanted = whole
        else:
            self._checksum = 4 if zstandard.get_frame_parameters(head).has_checksum else 0
            self._next(3, 0)

    def _block(self, checksum: int) -> None:
        number = int.from_bytes(self._head, "little")
        length = 1 if (number >> 1) & 3 == _RLE else number >> 3
        if number & 1:
            self._checksum = None
            self._next(_FIRST, length + checksum)
        else:
            self._next(3, length)

    def _next(self, wanted: int, skip: int | None) -> None:
        """What to look for after `skip` bytes; None: the head goes on."""
        self._wanted = wanted
        if skip is not None:
            self._skip, self._head = skip, b""
