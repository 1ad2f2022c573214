"""The intake API. Thin: words in, `services.submit`, a receipt or a problem document (RFC 9457) out."""

import logging
from typing import Annotated, Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, Header, NinjaAPI, Schema, Status
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from pydantic import ConfigDict, StringConstraints

from troth import ground
from troth.collection import queries, rules, services
from troth.collection.failures import where
from troth.collection.rules.judge import shown

log = logging.getLogger(__name__)

JSON = "application/json"
MOST_REASONS = 50
CONFLICTS = ("superseded-version", "key-reused")


class OnlyJson(Parser):
    """A body that does not say it is JSON is not read: another site cannot have a browser send that unasked."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != JSON:
            raise ValueError("not JSON")
        return super().parse_body(request)


api = NinjaAPI(title="Troth", version="1", urls_namespace="troth-api", docs_url=None, parser=OnlyJson())

Key = Annotated[str, StringConstraints(min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Value = Annotated[str, StringConstraints(max_length=20_000)]
Name = Annotated[str, StringConstraints(max_length=200)]


class SubmissionIn(Schema):
    """What is sent to a touchpoint. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")

    notice_version: int = Field(description="number of the notice version the person saw", examples=[1])
    values: dict[Name, Value] = Field(max_length=100, examples=[{"email": "person@example.com"}])
    agreed: list[Name] = Field(
        default=[], max_length=20, description="ids of the rows the person ticked; a row left out is refused"
    )
    of_age: bool = Field(default=False, description="the person attests the minimum age; not stored")
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en"


class ReceiptOut(Schema):
    """The submission is stored; `reference` is what a person may quote."""

    submission: str
    reference: str
    again: bool


class Problem(Schema):
    """A problem document (RFC 9457); `reasons` are all of them."""

    type: str
    title: str
    status: int
    reasons: list[dict[str, str]] = []


def problem(status: int, title: str, kind: str = "about:blank", **extra: Any) -> HttpResponse:
    """A problem document as a reply."""
    body = {"type": kind, "title": title, "status": status, **extra}
    return JsonResponse(body, status=status, content_type="application/problem+json")


@api.exception_handler(services.Refused)
def _refused(_request: HttpRequest, refused: services.Refused) -> HttpResponse:
    found = refused.reasons[:MOST_REASONS]
    reasons = [{"code": r.code, "field": r.field, "message": r.message} for r in found]
    status = 409 if refused.reasons[0].code in CONFLICTS else 422
    return problem(status, "the submission is refused and nothing is stored", "urn:troth:refused", reasons=reasons)


@api.exception_handler(ValidationError)
def _malformed(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    reasons = [
        {"code": "malformed", "field": _field_of(found["loc"]), "message": found["msg"]}
        for found in error.errors[:MOST_REASONS]
    ]
    return problem(422, "the submission is malformed and nothing is stored", "urn:troth:malformed", reasons=reasons)


def _field_of(loc: tuple[object, ...]) -> str:
    """`("body", "body", "values", "email")` → `values.email`; parts that the sender named are cut."""
    return ".".join(shown(str(part)) for part in (loc[2:] or loc[1:]))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400 and request.content_type != JSON:
        return problem(415, f"send the submission as {JSON}; nothing is stored", "urn:troth:wrong-content-type")
    if error.status_code == 400:
        return problem(400, "the body is not JSON and nothing is stored", "urn:troth:not-json")
    return problem(error.status_code, str(error))


@api.exception_handler(RequestDataTooBig)
def _too_big(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    return problem(413, "the submission is too long and nothing is stored", "urn:troth:too-big")


@api.exception_handler(Exception)
def _broken(_request: HttpRequest, error: Exception) -> HttpResponse:
    """Neither the sender nor the log hears what was in it: an exception's text may hold what was sent."""
    log.error("an intake failed: %s", where(error))
    return problem(500, "something is wrong on our side; send it again with the same key, and it is stored once")


def _unknown() -> HttpResponse:
    return problem(404, "no touchpoint with a form has this name", "urn:troth:unknown-touchpoint")


@api.get("/touchpoints/{touchpoint}", response={200: dict[str, Any], 404: Problem}, summary="what a touchpoint asks")
def touchpoint_form(request: HttpRequest, touchpoint: str) -> Any:
    """Items and consents as the form shows them; `notice_version` goes back with the submission."""
    form = queries.form(touchpoint, ground.clock())
    if form is None:
        return _unknown()
    return {
        "touchpoint": form.touchpoint,
        "title": form.title,
        "notice_version": form.version,
        "minimum_age": form.minimum_age,
        "items": [
            {
                "id": f.id,
                "label": f.label,
                "format": f.format,
                "required": f.required,
                "longest": f.longest,
                "why": [*f.why, *f.also],
                "without": f.without,
            }
            for f in form.fields
        ],
        "consents": [
            {"row": t.row, "text": t.text, "marketing": t.marketing, "required": t.required, "without": t.without}
            for t in form.ticks
        ],
    }


@api.post(
    "/touchpoints/{touchpoint}/submissions",
    response={
        201: ReceiptOut,
        200: ReceiptOut,
        400: Problem,
        404: Problem,
        409: Problem,
        413: Problem,
        415: Problem,
        422: Problem,
    },
    summary="hand in a submission",
)
def submit(
    request: HttpRequest,
    touchpoint: str,
    body: SubmissionIn,
    idempotency_key: Annotated[Key, Header(alias="Idempotency-Key")],
) -> Any:
    """Stored whole or refused with every reason. The same key and body again: the first receipt, status 200."""
    now = ground.clock()
    if queries.form(touchpoint, now) is None:
        return _unknown()
    receipt = services.submit(
        rules.Submission(touchpoint, body.values, frozenset(body.agreed), body.of_age),
        notice_version=body.notice_version,
        idempotency_key=idempotency_key,
        language=body.language,
        how="api",
        now=now,
    )
    out = {"submission": str(receipt.submission_id), "reference": receipt.reference, "again": receipt.again}
    return Status(200 if receipt.again else 201, out)
