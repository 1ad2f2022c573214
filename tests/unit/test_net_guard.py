"""The way out: which addresses are refused, whatever they are dressed as."""

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest

from troth.net import Blocked, NetError, Redirected, TimedOut, TooLarge, Unreachable, guard
from troth.net.http import Client, client

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "192.0.0.8", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
    "2001::1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_inside_addresses_are_not_public(address: str) -> None:
    assert not guard.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_internet_addresses_are_public(address: str) -> None:
    assert guard.is_public(ip_address(address))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name, _, rest = self.path.strip("/").partition("/")
        getattr(self, f"say_{name}")(rest)

    do_POST = do_GET

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say_hello(self, _: str) -> None:
        self.reply(200, b"hello")

    def say_to(self, target: str) -> None:
        self.reply(302, Location=target if "//" in target else f"/{target}")

    def say_large(self, _: str) -> None:
        self.reply(200, b"x" * 5000)

    def say_bomb(self, _: str) -> None:
        self.reply(200, gzip.compress(b"x" * 500_000), Content_Encoding="gzip")

    def say_slow(self, _: str) -> None:
        threading.Event().wait(1.5)
        self.reply(200)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as number:
        yield number


def reaching(port: int, *allow: str, **limits: int) -> Client:
    return client(base_url=f"http://127.0.0.1:{port}", allow=allow or (f"127.0.0.1:{port}",), **limits)  # type: ignore[arg-type]


def test_allowed_host_answers(port: int) -> None:
    assert reaching(port).get("/hello").text == "hello"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]"])
def test_loopback_is_refused_however_it_is_written(port: int, host: str) -> None:
    with pytest.raises(Blocked, match=r"https|private"):
        client(base_url=f"http://{host}:{port}").get("/hello")
    with pytest.raises(NetError) as caught:
        client(base_url=f"https://{host}:{port}").get("/hello")
    assert isinstance(caught.value, Blocked)


def test_allow_list_names_the_port_too(port: int) -> None:
    with pytest.raises(Blocked):
        reaching(port, f"127.0.0.1:{port + 1}").get("/hello")


def test_plain_http_is_refused_before_any_connection() -> None:
    with pytest.raises(Blocked, match="not https"):
        client(base_url="http://example.com").get("/")


def test_every_connection_is_judged_on_its_own_resolution(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public the first time and loopback the second is refused the second time."""
    answers = iter([["1.1.1.1"], ["127.0.0.1"], ["1.1.1.1", "10.0.0.1"]])

    def resolver(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    backend = guard.GuardedBackend(())
    assert backend._permitted("rebind.example", 443) == ("1.1.1.1",)
    with pytest.raises(Blocked):
        backend.connect_tcp("rebind.example", 443)
    with pytest.raises(Blocked):  # one bad address among good ones is enough
        backend.connect_tcp("rebind.example", 443)


def test_redirect_on_the_same_host_is_followed_for_get_only(port: int) -> None:
    assert reaching(port).get("/to/hello").text == "hello"
    with pytest.raises(Redirected):
        reaching(port).post("/to/hello")


def test_redirect_to_another_port_of_loopback_is_refused(port: int) -> None:
    with serving() as other, pytest.raises(Redirected):
        reaching(port).get(f"/to/http://127.0.0.1:{other}/hello")


def test_redirect_in_circles_ends(port: int) -> None:
    with pytest.raises(Redirected):
        reaching(port).get("/to/to/to/to/to/hello")


def test_large_replies_are_cut_off_compressed_or_not(port: int) -> None:
    with pytest.raises(TooLarge):
        reaching(port, max_bytes=4000).get("/large")
    with pytest.raises(TooLarge):
        reaching(port, max_bytes=100_000).get("/bomb")


def test_a_silent_host_times_out(port: int) -> None:
    with pytest.raises(TimedOut):
        Client(
            base_url=f"http://127.0.0.1:{port}", allow=frozenset({f"127.0.0.1:{port}"}), timeout=0.2, max_bytes=99
        ).get("/slow")


def test_errors_and_logs_hold_no_path_and_no_query(port: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    reaching(port).get("/hello/jo@example.org?q=jo@example.org")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        reaching(closed).get("/hello/jo@example.org?q=jo@example.org")
    assert "jo@" not in str(caught.value) + caplog.text + repr(caught.value.__cause__)
    assert caught.value.__suppress_context__
