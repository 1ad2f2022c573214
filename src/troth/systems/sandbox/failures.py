"""Failures a test or a demo asks the sandbox for."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug import Response


@dataclass
class Failure:
    """`status`: answer that. `garbage`: answer 200 with what is not JSON. `body`: answer 200 with that. `location`:
    redirect there. `drop`: leave this member out of a good answer (the contract check then finds it). `hang`: say
    nothing for so many seconds. `lost`: do what is asked, and then answer `status` (500) as if it had failed."""

    count: int = 1
    operation: str | None = None
    status: int | None = None
    retry_after: str | None = None
    garbage: bool = False
    body: Any = None
    location: str | None = None
    drop: str | None = None
    hang: float | None = None
    lost: bool = False

    def response(self) -> Response | None:
        """The answer instead of the vendor's, or None when the vendor is to answer."""
        if self.hang is not None:
            threading.Event().wait(self.hang)
            return Response(status=504)
        if self.garbage:
            return Response("<html>Sorry</html>", mimetype="text/html")
        if self.location is not None:
            return Response(status=302, headers={"Location": self.location})
        if self.body is not None:
            return Response(json.dumps(self.body), mimetype="application/json")
        return None if self.status is None or self.lost else self._refusal(self.status)

    def _refusal(self, status: int) -> Response:
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        body = json.dumps({"status": "error", "message": "failure asked for", "category": "SANDBOX"})
        return Response(body, status=status, headers=headers, mimetype="application/json")

    def spoil(self, response: Response) -> None:
        """Leave a member out of the answer, or take the answer for a refusal, where that was asked for."""
        if self.lost:
            refusal = self._refusal(self.status or 500)
            response.status_code = refusal.status_code
            response.set_data(refusal.get_data())
            response.mimetype = "application/json"
        body = response.get_json(silent=True)
        if self.drop and isinstance(body, dict):
            body.pop(self.drop, None)
            response.set_data(json.dumps(body))


class Failures:
    """Failures still to come, first asked first served."""

    def __init__(self) -> None:
        self._planned: list[Failure] = []
        self._lock = threading.Lock()

    def plan(self, given: Mapping[str, Any]) -> None:
        with self._lock:
            self._planned.append(Failure(**given))

    def heal(self) -> int:
        """No failure any more."""
        with self._lock:
            self._planned.clear()
        return 1

    def left(self) -> int:
        return sum(failure.count for failure in self._planned)

    def next(self, operation: str) -> Failure | None:
        """The failure this call gets, used up; None for none."""
        with self._lock:
            for failure in self._planned:
                if failure.count > 0 and failure.operation in (None, operation):
                    failure.count -= 1
                    return failure
        return None
