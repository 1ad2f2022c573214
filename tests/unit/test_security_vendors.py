"""A vendor's server that means harm, or is broken: what it sends must not hold us, fill us up or stop an answer."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from troth.net import TimedOut, Unreachable
from troth.net.http import Client, client
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas import manifest

Talk = Callable[[socket.socket], None]


@contextmanager
def server(talk: Talk) -> Iterator[int]:
    """A raw socket server; `talk` has read one request already."""
    door = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                line, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=_one, args=(line, talk), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield door.getsockname()[1]
    finally:
        door.close()


def _one(line: socket.socket, talk: Talk) -> None:
    with line:
        line.recv(65_536)
        try:
            talk(line)
        except OSError:
            pass


def reaching(port: int, **options: float) -> Client:
    return client(base_url=f"http://127.0.0.1:{port}", allow=(f"127.0.0.1:{port}",), **options)  # type: ignore[arg-type]


def zstd_of_gigabytes() -> bytes:
    """2 GB of the letter A in 32 kB: a frame of run-length blocks, 128 KiB each (RFC 8878 §3.1.1.2)."""
    block, blocks = (128 * 1024) << 3 | 1 << 1, 16_000
    return b"\x28\xb5\x2f\xfd\x00\x38" + (block.to_bytes(3, "little") + b"A") * blocks


def test_a_small_reply_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    def talk(line: socket.socket) -> None:
        bomb = zstd_of_gigabytes()
        line.sendall(b"HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: %d\r\n\r\n" % len(bomb) + bomb)

    with server(talk) as port, pytest.raises(Unreachable, match="encoding that was not asked for"):
        reaching(port).get("/")


def test_gzip_that_is_cut_off_is_no_reply() -> None:
    import gzip

    packed = gzip.compress(b'{"ids": []}')[:-6]

    def talk(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed) + packed)

    with server(talk) as port, pytest.raises(Unreachable, match="cut off"):
        reaching(port).get("/")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n"])
def test_a_reply_that_trickles_ends_with_the_call(head: bytes) -> None:
    over = threading.Event()

    def talk(line: socket.socket) -> None:
        line.sendall(head)
        while not over.wait(0.02):  # each byte comes well within the time-out of one read
            line.sendall(b"a")

    with server(talk) as port:
        try:
            with pytest.raises(TimedOut):
                reaching(port, timeout=0.3).get("/")
        finally:
            over.set()


ADDRESS = "ada@mail.example"
WHO = Identifiers(email=(ADDRESS,))


def hubspot(port: int) -> SaasSystem:
    config = {"url": f"http://127.0.0.1:{port}", "allow_private": True, "token": "t", "patience": 0}
    return manifest.connector("hubspot").from_config("hubspot", config, Path("/nowhere"))


def saying(body: bytes) -> Talk:
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return lambda line: line.sendall(head % len(body) + body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b"[]",
        b'"text"',
        b"12",
        b'{"results": 7}',
        b'{"results": [7]}',
        b'{"results": [{"id": {}, "properties": []}]}',
        b'{"results": [{"name": "email", "id": "1"}]}',
        b'{"results": [], "paging": [1]}',
        b'{"results": [{"id": ["ada@mail.example"], "properties": {"email": 1}}]}',
    ],
)
@pytest.mark.parametrize("verb", ["find", "erase", "suppress"])
def test_a_reply_of_another_shape_is_a_problem_of_the_system_and_quotes_nothing(body: bytes, verb: str) -> None:
    with server(saying(body)) as port:
        options: dict[str, Any] = {} if verb == "find" else {"key": "k"}
        told: list[SystemProblem] = []
        try:
            getattr(hubspot(port), verb)(WHO, **options)
        except SystemProblem as problem:
            told.append(problem)
    assert all(ADDRESS not in str(p) and (p.__context__ is None or p.__suppress_context__) for p in told)


def test_a_list_that_never_ends_is_given_up() -> None:
    numbers = count(1)

    def talk(line: socket.socket) -> None:
        page = {"results": [], "paging": {"next": {"after": str(next(numbers))}}}
        saying(json.dumps(page).encode())(line)

    with server(talk) as port, pytest.raises(SystemProblem, match="does not end"):
        hubspot(port).find(WHO)
