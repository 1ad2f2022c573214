"""Files that commands write: whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Puts `text` in place of the file in one step, so that a reader finds the old text or the new, never half of one.

    A link stays a link, and the file keeps its permissions. Raises OSError.
    """
    target = file.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, (target.stat().st_mode if target.exists() else 0o644) & 0o7777)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
