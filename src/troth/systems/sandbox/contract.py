"""A vendor's contract: routes requests to operations, and finds fault with requests and replies."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIResponse
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug import Request, Response
from werkzeug.datastructures import Headers, ImmutableMultiDict

_CSV: dict[str, Callable[[bytes], Any]] = {"text/csv": lambda content: content.decode()}
KEPT = 5000  # verdicts a contract
_METHODS = frozenset({"get", "head", "put", "post", "delete", "patch"})


@dataclass(frozen=True)
class Operation:
    """One operation of the contract, and the values its path template matched."""

    id: str
    params: Mapping[str, str]
    query: frozenset[str]
    takes_body: bool
    open: bool


class _Asked:
    """A request as openapi-core wants it, with the sandbox's prefix taken off the path."""

    host_url = "http://vendor"

    def __init__(self, request: Request, path: str) -> None:
        self.path = path
        self.method = request.method.lower()
        self.body = request.get_data()
        self.content_type = request.content_type or "application/octet-stream"
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.args), header=Headers(request.headers), cookie=request.cookies
        )


class Contract:
    """The published terms of one vendor, as far as Troth calls it. Unknown is refused, not ignored."""

    def __init__(self, file: Path) -> None:
        document = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        self._openapi = OpenAPI.from_dict(document, config=Config(extra_media_type_deserializers=_CSV))
        self._routes = sorted(_routes(document), key=lambda route: route[3])
        self._judged: dict[Hashable, tuple[str, ...]] = {}

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation a request is for; literal paths win over templates."""
        for verb, pattern, operation, _ in self._routes:
            match = pattern.fullmatch(path)
            if verb == method.lower() and match:
                query = frozenset(p["name"] for p in operation["parameters"] if p["in"] == "query")
                free = operation.get("security") == []
                params = {name: value.replace("%2F", "/") for name, value in match.groupdict().items()}
                return Operation(operation["operationId"], params, query, "requestBody" in operation, free)
        return None

    def faults_of_request(self, operation: Operation, request: Request, path: str) -> list[str]:
        """What is wrong with the request; empty when it keeps the contract."""
        faults = [f"unknown query parameter {name}" for name in request.args if name not in operation.query]
        if request.get_data() and not operation.takes_body:
            faults.append("this operation takes no body")
        asked = (request.method, path, request.query_string, request.get_data(), frozenset(request.headers.items()))
        return faults + self._once(asked, lambda: self._openapi.validate_request(_Asked(request, path)))

    def faults_of_reply(self, request: Request, path: str, response: Response) -> list[str]:
        """What is wrong with the double's own reply."""
        told = (request.method, path, response.status_code, response.data, frozenset(response.headers.items()))
        reply = WerkzeugOpenAPIResponse(response)
        return self._once(told, lambda: self._openapi.validate_response(_Asked(request, path), reply))

    def _once(self, what: Hashable, judge: Callable[[], None]) -> list[str]:
        """The faults the judge finds. It takes far longer than the vendor's answer, and the same is asked again and
        again: its verdict on a thing is kept, since it depends on nothing else.
        """
        if what not in self._judged:
            if len(self._judged) >= KEPT:
                self._judged.clear()
            try:
                judge()
                self._judged[what] = ()
            except OpenAPIError as error:
                self._judged[what] = tuple(_texts(error))
        return list(self._judged[what])


@cache
def contract(file: Path) -> Contract:
    """The contract of a vendor, read once."""
    return Contract(file)


def _routes(document: Mapping[str, Any]) -> list[tuple[str, re.Pattern[str], dict[str, Any], int]]:
    """(method, path pattern, operation with parameters resolved, how many variables) of each operation."""
    known = document["components"].get("parameters", {})
    routes = []
    for template, methods in document["paths"].items():
        pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)))
        for method in _METHODS & methods.keys():
            operation = dict(methods[method])
            given = operation.get("parameters", [])
            operation["parameters"] = [known[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in given]
            routes.append((method, pattern, operation, template.count("{")))
    return routes


def _texts(error: BaseException) -> list[str]:
    """The error, its causes and the schema errors inside, each as one line."""
    texts: list[str] = []
    current: BaseException | None = error
    while current is not None:
        texts.append(f"{type(current).__name__}: {current}".splitlines()[0][:300])
        for inner in getattr(current, "schema_errors", ()):
            texts.append(f"{getattr(inner, 'json_path', '$')}: {inner.message}"[:300])
        current = current.__cause__
    return texts
