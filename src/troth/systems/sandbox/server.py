"""Serving the sandbox on a local port."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from troth.systems.homes import Home
from troth.systems.sandbox.app import Sandbox

HOST = "127.0.0.1"
POLL = 0.02  # seconds until a stop is noticed


class _Quiet(WSGIRequestHandler):
    """Keeps connections open, logs nothing: paths hold synthetic people, but a habit is a habit."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def server(
    port: int, *, state_file: Path | None = None, finish_after: float | None = 1.0, more: Iterable[Home] = ()
) -> BaseWSGIServer:
    """A server on the loopback address, a thread a connection; port 0 picks a free one (`server.server_port`).

    more: homes of doubles beside those Troth brings.
    """
    return make_server(HOST, port, Sandbox(state_file, finish_after, more), threaded=True, request_handler=_Quiet)


@contextmanager
def running(
    port: int = 0, *, state_file: Path | None = None, finish_after: float | None = None, more: Iterable[Home] = ()
) -> Iterator[str]:
    """The sandbox in a thread of this process; gives its address, such as http://127.0.0.1:8801."""
    serving = server(port, state_file=state_file, finish_after=finish_after, more=more)
    serving.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=serving.serve_forever, args=(POLL,), name="sandbox", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{serving.server_port}"
    finally:
        serving.shutdown()
        thread.join()
        serving.server_close()
