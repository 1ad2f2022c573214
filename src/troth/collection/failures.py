"""What a log may say of an unforeseen failure: its kind and its place, never its text."""

import traceback


def where(error: BaseException) -> str:
    """`IntegrityError at services/submit.py:80`: the innermost line of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = next((frame for frame in reversed(frames) if "/troth/" in frame.filename), None)
    place = f" at {ours.filename.rpartition('/troth/')[2]}:{ours.lineno}" if ours else ""
    return f"{type(error).__name__}{place}"
