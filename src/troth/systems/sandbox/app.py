"""The sandbox as one WSGI application: `/<vendor>/…` is the vendor, `/_sandbox/<vendor>/…` is for tests and demo."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from werkzeug import Request, Response

from troth import ground
from troth.systems.homes import Home, built_in
from troth.systems.sandbox.contract import Contract, Operation, contract
from troth.systems.sandbox.double import Answer, Ask, Double
from troth.systems.sandbox.failures import Failures
from troth.systems.sandbox.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CALLS_KEPT = 2000


class Sandbox:
    """All doubles behind one lock: calls take milliseconds, and a vendor's answer never shows half an effect."""

    def __init__(
        self, state_file: Path | None = None, finish_after: float | None = 1.0, more: Iterable[Home] = ()
    ) -> None:
        self._finish_after = finish_after
        known = (*built_in().values(), *more)
        self._vendors = {home.name: home for home in known if (home.folder / "double.py").exists()}
        self._doubles: dict[str, Double] = {}
        self._failures = {vendor: Failures() for vendor in self._vendors}
        self._calls: dict[str, list[dict[str, Any]]] = {vendor: [] for vendor in self._vendors}
        self._lock = threading.RLock()
        self._store = Store(state_file)
        self._kept = self._store.load()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        first, _, rest = request.path.lstrip("/").partition("/")
        if first == "_sandbox":
            vendor, _, act = rest.partition("/")
            known = vendor in self._vendors
            return self._admin(request, vendor, act) if known else _json(404, {"error": "no such vendor"})
        if first in self._vendors:
            return self._vendor(request, first, _path(request))
        return _json(200 if first in ("", "healthz") else 404, {"vendors": sorted(self._vendors)})

    def _double(self, vendor: str) -> Double:
        """The vendor's double, made when it is first needed, with its state as it was kept."""
        with self._lock:
            if vendor not in self._doubles:
                made = self._doubles[vendor] = self._vendors[vendor].only("double", Double)(self._finish_after)
                made.state = self._kept.get(vendor, made.state)
            return self._doubles[vendor]

    def _terms(self, vendor: str) -> Contract:
        return contract(self._vendors[vendor].folder / "contract.yaml")

    def _keep(self) -> None:
        self._store.save({**self._kept, **{name: double.state for name, double in self._doubles.items()}})

    def _vendor(self, request: Request, vendor: str, path: str) -> Response:
        terms = self._terms(vendor)
        operation = terms.operation(request.method, path)
        planned = self._failures[vendor].next(operation.id if operation else "")
        if planned:
            response = planned.response()
            if response is not None:
                self._note(vendor, request, operation, response.status_code, ["failure asked for"])
                return response
        with self._lock:
            answer, faults = self._judged(request, vendor, path, operation)
            response = _response(answer)
            if planned:
                planned.spoil(response)
            if operation and response.status_code < 500 and not (planned and planned.lost):
                broken = terms.faults_of_reply(request, path, response)
                if broken:
                    faults, response = broken, _json(500, {"error": "contract violation", "faults": broken})
            self._keep()
        self._note(vendor, request, operation, response.status_code, faults)
        return response

    def _judged(
        self, request: Request, vendor: str, path: str, operation: Operation | None
    ) -> tuple[Answer, list[str]]:
        double = self._double(vendor)
        if operation is None:
            return double.error(404, "NOT_FOUND", "no such operation in the contract"), ["no such operation"]
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not operation.open and not double.authorised(headers):
            return double.error(401, "INVALID_AUTHENTICATION", "missing, wrong or expired credential"), []
        faults = self._terms(vendor).faults_of_request(operation, request, path)
        if faults:
            return double.error(400, "CONTRACT_VIOLATION", "; ".join(faults)), faults
        base = f"{request.host_url}{vendor}"
        ask = Ask(operation.params, request.args.to_dict(), _body(request), base, ground.clock(), headers)
        return double.handle(operation.id, ask), []

    def _note(self, vendor: str, request: Request, operation: Operation | None, status: int, faults: list[str]) -> None:
        entry: dict[str, Any] = {
            "method": request.method,
            "operation": operation.id if operation else None,
            "status": status,
        }
        entry |= {"path": request.full_path.rstrip("?"), "faults": faults, "at": ground.clock().isoformat()}
        with self._lock:
            self._calls[vendor] = [*self._calls[vendor], entry][-CALLS_KEPT:]

    def _admin(self, request: Request, vendor: str, act: str) -> Response:
        reads: dict[str, Callable[[], Any]] = {
            "state": lambda: self._double(vendor).dump(),
            "calls": lambda: self._calls[vendor],
        }
        writes: dict[str, Callable[[str, Mapping[str, Any]], int]] = {
            "reset": self._reset,
            "heal": lambda vendor, _: self._failures[vendor].heal(),
            "advance": lambda vendor, _: self._double(vendor).advance(),
            "seed": self._seed,
            "expire": self._expire,
        }
        given = request.get_json(silent=True) or {}
        with self._lock:
            if request.method == "GET" and act in reads:
                return _json(200, reads[act]())
            if request.method == "POST" and act == "fail":
                self._failures[vendor].plan(given)
                return _json(200, {"planned": self._failures[vendor].left()})
            if request.method == "POST" and act in writes:
                done = writes[act](vendor, given)
                self._keep()
                return _json(200, {"done": done})
        return _json(404, {"error": f"no such act; GET {sorted(reads)} or POST {sorted((*writes, 'fail'))}"})

    def _reset(self, vendor: str, given: Mapping[str, Any]) -> int:
        double = self._double(vendor)
        double.state = double.fresh()
        self._failures[vendor] = Failures()
        self._calls[vendor] = []
        return 1

    def _seed(self, vendor: str, given: Mapping[str, Any]) -> int:
        self._double(vendor).seed(given, ground.clock())
        return len(given.get("records", ()))

    def _expire(self, vendor: str, given: Mapping[str, Any]) -> int:
        self._double(vendor).expire()
        return 1


def _path(request: Request) -> str:
    """The path behind the vendor's name; a slash inside a segment stays `%2F`, so that it parts nothing."""
    raw = str(request.environ.get("REQUEST_URI") or quote(request.path)).partition("?")[0]
    segments = [unquote(segment).replace("/", "%2F") for segment in raw.lstrip("/").split("/")]
    return "/" + "/".join(segments[1:])


def _body(request: Request) -> Any:
    if request.mimetype == "application/json":
        return request.get_json()
    if request.mimetype == "application/x-www-form-urlencoded":
        return request.form.to_dict()
    return request.get_data(as_text=True)


def _response(answer: Answer) -> Response:
    response = _json(answer.status, answer.body)
    response.headers.update(answer.headers)  # a content type replaces the one guessed
    return response


def _json(status: int, body: Any) -> Response:
    if body is None:
        return Response(status=status)
    if isinstance(body, bytes):
        return Response(body, status=status, mimetype="application/octet-stream")
    return Response(json.dumps(body), status=status, mimetype="application/json")
