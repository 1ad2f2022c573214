"""The smallest page there is, for the floor of what a server can do."""

from collections.abc import Callable
from typing import Any


def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    environ["wsgi.input"].read()
    start("201 Created", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return [b""]
