"""Plain, gzip and zstd files as streams of bytes, told apart by their first bytes; damage is an error, never an end."""

import gzip
import io
import os
import zlib
from typing import IO, BinaryIO, Literal, cast

import zstandard

Codec = Literal["plain", "gzip", "zstd"]
Damaged = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)
_WINDOW = 1 << 27  # 128 MiB: the most memory a zstd file may make us use
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_RLE = 1


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
    _check_frames(file)
    stream = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(
        file, read_across_frames=True, closefd=False
    )
    return io.BufferedReader(cast(io.RawIOBase, stream), 1 << 17)


def writer(file: BinaryIO, codec: Codec) -> IO[bytes]:
    """A stream that packs into `file`; closing it ends the packing and leaves `file` open."""
    if codec == "gzip":
        return cast(IO[bytes], gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0))
    if codec == "zstd":
        stream = zstandard.ZstdCompressor(level=3, write_checksum=True).stream_writer(file, closefd=False)
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


def _check_frames(file: BinaryIO) -> None:
    """Walks the frames of a zstd file (RFC 8878 §3.1): the decoder takes a file that is cut off for one that ends."""
    size = os.fstat(file.fileno()).st_size
    at = 0
    while at < size:
        at = _after_frame(file, at)
    file.seek(0)
    if at != size:
        raise EOFError("the zstd file is cut off")


def _after_frame(file: BinaryIO, at: int) -> int:
    file.seek(at)
    head = file.read(18)
    if len(head) >= 8 and int.from_bytes(head[:4], "little") in _SKIPPABLE:
        return at + 8 + int.from_bytes(head[4:8], "little")
    parameters = zstandard.get_frame_parameters(head)
    at += zstandard.frame_header_size(head)
    last = False
    while not last:
        file.seek(at)
        block = file.read(3)
        if len(block) < 3:
            raise EOFError("the zstd file is cut off")
        number = int.from_bytes(block, "little")
        last = bool(number & 1)
        at += 3 + (1 if (number >> 1) & 3 == _RLE else number >> 3)
    return at + (4 if parameters.has_checksum else 0)
