"""What goes into the log of the web: neither the secret part of an address nor what an exception quotes."""

import logging
import traceback
from types import TracebackType

from django.http import HttpRequest

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Routes(logging.Filter):
    """Names the route in place of the address: Django repeats addresses that answer 4xx or 5xx, links among them."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            match = request.resolver_match
            shown = f"/{match.route}" if match else "no such route"
            record.msg, record.args = record.getMessage().replace(request.path, shown), ()
        return True


class Plain(logging.Formatter):
    """A line a record, and of an exception its type and the places it came through; never its text."""

    def formatException(self, ei: Raised) -> str:
        kind, problem, trace = ei
        name = kind.__name__ if kind else "no exception"
        cause = problem.__cause__ or problem.__context__ if problem else None
        before = f" (after {type(cause).__name__})" if cause else ""
        places = "".join(f"\n  {f.filename}:{f.lineno} in {f.name}" for f in traceback.extract_tb(trace))
        return f"{name}{before}, its text left out{places}"
