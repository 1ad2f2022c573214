"""The intake API. Thin: words in, `services.submit`, a receipt or a problem document (RFC 9457) out."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Header, NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import ConfigDict, StringConstraints

from troth import ground
from troth.collection import queries, rules, services

api = NinjaAPI(title="Troth", version="1", urls_namespace="troth-api", docs_url=None)

Key = Annotated[str, StringConstraints(min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Value = Annotated[str, StringConstraints(max_length=20_000)]


class SubmissionIn(Schema):
    """What is sent to a touchpoint. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")

    notice_version: int = Field(description="number of the notice version the person saw", examples=[1])
    values: dict[str, Value] = Field(max_length=100, examples=[{"email": "person@example.com"}])
    agreed: list[str] = Field(default=[], max_length=20, description="ids of the rows the person ticked")
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
    response = api.create_response(HttpRequest(), body, status=status)
    response["Content-Type"] = "application/problem+json"
    return response


@api.exception_handler(services.Refused)
def _refused(_request: HttpRequest, refused: services.Refused) -> HttpResponse:
    reasons = [{"code": r.code, "field": r.field, "message": r.message} for r in refused.reasons]
    status = 409 if refused.reasons[0].code in ("superseded-version", "key-reused") else 422
    return problem(status, "the submission is refused and nothing is stored", "urn:troth:refused", reasons=reasons)


@api.exception_handler(ValidationError)
def _malformed(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    reasons = [
        {"code": "malformed", "field": ".".join(str(p) for p in e["loc"][2:] or e["loc"][1:]), "message": e["msg"]}
        for e in error.errors
    ]
    return problem(422, "the submission is malformed and nothing is stored", "urn:troth:malformed", reasons=reasons)


@api.exception_handler(HttpError)
def _http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))


@api.get("/touchpoints/{touchpoint}", response={200: dict[str, Any], 404: Problem}, summary="what a touchpoint asks")
def touchpoint_form(request: HttpRequest, touchpoint: str) -> Any:
    form = queries.form(touchpoint, ground.clock())
    if form is None:
        return problem(404, "no touchpoint with a form has this name", "urn:troth:unknown-touchpoint")
    return {
        "touchpoint": form.touchpoint,
        "title": form.title,
        "notice_version": form.version,
        "minimum_age": form.minimum_age,
        "items": [
            {"id": f.id, "label": f.label, "format": f.format, "required": f.required, "why": f.why}
            for f in form.fields
        ],
        "consents": [
            {"row": t.row, "text": t.text, "marketing": t.marketing, "required": t.required} for t in form.ticks
        ],
    }


@api.post(
    "/touchpoints/{touchpoint}/submissions",
    response={201: ReceiptOut, 200: ReceiptOut, 404: Problem, 409: Problem, 413: Problem, 422: Problem},
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
        return problem(404, "no touchpoint with a form has this name", "urn:troth:unknown-touchpoint")
    receipt = services.submit(
        rules.Submission(touchpoint, body.values, frozenset(body.agreed), body.of_age),
        notice_version=body.notice_version,
        idempotency_key=idempotency_key,
        language=body.language,
        how="api",
        now=now,
    )
    out = {"submission": str(receipt.submission_id), "reference": receipt.reference, "again": receipt.again}
    return (200 if receipt.again else 201), out
