"""`TROTH_RECORD_HTTP=FILE`: every call out as a JSON line, for audits and outside checks.

The file holds personal data (bodies and replies are whole): it belongs where such data may be, and goes when it has
served. Only credentials are masked.
"""

import base64
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from troth import ground
from troth.net import masks

log = logging.getLogger("troth.net")


def recording() -> bool:
    """Whether calls are recorded in this process."""
    return ground.settings().record_http is not None


def note(
    system: str,
    *,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    status: int | None,
    response: bytes,
) -> None:
    """Append one call to the file, if there is one.

    status: None when no reply came. `body` and `response` are text, or base64 with `body_base64`, `response_base64`
    beside them when they are no text. A line that cannot be written is logged as an error and never stops the call: it
    has been made already.
    """
    file = ground.settings().record_http
    if file is None:
        return
    line = {
        "at": ground.clock().isoformat(),
        "system": system,
        "method": method,
        "url": masks.url(url),
        "headers": masks.headers(headers),
        **_told("body", body),
        "status": status,
        **_told("response", response),
    }
    try:
        _append(file, json.dumps(line, ensure_ascii=False).encode(errors="backslashreplace") + b"\n")
    except OSError as error:
        log.error(  # noqa: TRY400 the trace would name nothing more
            "a call of %s is not in the record: %s cannot be written (%s)", system, file, type(error).__name__
        )


def _told(name: str, content: bytes) -> dict[str, Any]:
    try:
        return {name: masks.body(content.decode("utf-8"))}
    except UnicodeDecodeError:
        return {name: base64.b64encode(content).decode(), f"{name}_base64": True}


def _append(file: Path, line: bytes) -> None:
    """One write to a file opened for appending: lines of several processes never mix."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        left = memoryview(line)
        while left:
            left = left[os.write(handle, left) :]
    finally:
        os.close(handle)
