"""Azurite, Microsoft's own stand-in for Blob storage, where Node is present and azurite is in `.venv/node`."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's published key, the same everywhere."""
_PLACES = (Path(__file__).parents[2] / ".venv/node/node_modules/.bin/azurite-blob",)
MISSING = "azurite is not installed: npm install --prefix .venv/node azurite"


def program() -> str | None:
    """Where azurite is; None when it is not, or Node is not."""
    found = next((str(place) for place in _PLACES if place.exists()), shutil.which("azurite-blob"))
    return found if shutil.which("node") else None


@contextmanager
def running() -> Iterator[str]:
    """The address of an account of an azurite that keeps everything in memory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    order = [str(program()), "--inMemoryPersistence", "--silent", "--blobHost", "127.0.0.1", "--blobPort", str(port)]
    options = ["--skipApiVersionCheck", "--disableTelemetry"]
    serving = subprocess.Popen([*order, *options], env={**os.environ, "NO_COLOR": "1"}, stdout=subprocess.DEVNULL)
    try:
        _wait(port, serving)
        yield f"http://127.0.0.1:{port}/{ACCOUNT}"
    finally:
        serving.terminate()
        serving.wait(10)


def _wait(port: int, serving: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if serving.poll() is not None:
            raise RuntimeError("azurite stopped at once")
        time.sleep(0.1)
    raise RuntimeError("azurite does not answer within a minute")
