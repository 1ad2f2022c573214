"""The room's one door for reading: the board, one request, the person's answer page."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from troth.law import places
from troth.requests import rules
from troth.requests.kinds import KINDS
from troth.requests.models import Package, Request
from troth.requests.rules import Left, Tally
from troth.requests.services import links, sealed
from troth.requests.services.gather import tallies

OPEN = ("identity", "running")


@dataclass(frozen=True)
class Line:
    """A request as the board shows it. `left` is None once answered."""

    id: UUID
    reference: str
    kind: str
    title: str
    state: str
    received_at: datetime
    target_day: date
    legal_day: date
    left: Left | None
    steps: int
    settled: int


@dataclass(frozen=True)
class Full:
    """One request on one page. `address` and `words` are empty once its key is gone."""

    line: Line
    regime: str
    place: str
    article: str
    address: str
    words: str
    person_id: UUID | None
    identified_at: datetime | None
    answered_at: datetime | None
    tallies: tuple[Tally, ...]
    fetched_at: datetime | None
    proof_entry: int | None


@dataclass(frozen=True)
class AnswerPage:
    """What the person sees behind their answer link."""

    reference: str
    kind: str
    title: str
    answered_at: datetime | None
    tallies: tuple[Tally, ...]
    has_package: bool
    has_proof: bool


def board(
    now: datetime,
    *,
    state: str | None = None,
    kind: str | None = None,
    reference: str | None = None,
    after: tuple[date, UUID] | None = None,
    limit: int = 50,
) -> tuple[Line, ...]:
    """Requests by last legal day, the soonest first. `state`: one state, or `open` for all not answered.

    `after`: (legal day, id) of the last one seen. One statement.
    """
    found = Request.objects.order_by("legal_day", "id")
    if state == "open":
        found = found.filter(state__in=OPEN)
    elif state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if reference:
        found = found.filter(reference__startswith=reference.strip().upper())
    if after:
        found = found.filter(Q(legal_day__gt=after[0]) | Q(legal_day=after[0], id__gt=after[1]))
    return tuple(_line(request, now) for request in _with_steps(found)[:limit])


def one(request_id: UUID, now: datetime) -> Full | None:
    """One request, or None."""
    request = _with_steps(Request.objects.filter(id=request_id)).first()
    if request is None:
        return None
    asked = sealed.asked(request.id, request.sealed)
    return Full(
        line=_line(request, now),
        regime=request.regime,
        place=request.place,
        article=KINDS[request.kind].article,
        address=asked.address,
        words=asked.words,
        person_id=request.person_id,
        identified_at=request.identified_at,
        answered_at=request.answered_at,
        tallies=tallies(request.id),
        fetched_at=Package.objects.filter(request=request).values_list("fetched_at", flat=True).first(),
        proof_entry=request.proof_entry,
    )


def of_person(person_id: UUID, now: datetime) -> tuple[Line, ...]:
    """A person's requests, newest first."""
    found = Request.objects.filter(person_id=person_id).order_by("-received_at")
    return tuple(_line(request, now) for request in _with_steps(found))


def counts(now: datetime) -> dict[str, int]:
    """Open requests: `open`, `late` (past the legal day), `past_target`, `week` (legal day within seven days)."""
    tally = {"open": 0, "late": 0, "past_target": 0, "week": 0}
    for request in Request.objects.filter(state__in=OPEN).only("place", "legal_day", "target_day"):
        today = places.local_day(request.place, now)
        tally["open"] += 1
        tally["late"] += request.legal_day < today
        tally["past_target"] += request.target_day < today
        tally["week"] += 0 <= (request.legal_day - today).days <= 7
    return tally


def answer_page(token: str, now: datetime) -> AnswerPage | None:
    """What an answer link shows; None for a dead one."""
    request = request_of_answer_link(token, now)
    if request is None:
        return None
    return AnswerPage(
        request.reference,
        request.kind,
        KINDS[request.kind].title,
        request.answered_at,
        tallies(request.id),
        Package.objects.filter(request=request).exists(),
        request.proof_entry is not None,
    )


def request_of_answer_link(token: str, now: datetime) -> Request | None:
    link = links.find(token, "package", now)
    return link.request if link else None


def _with_steps(found: QuerySet[Request]) -> QuerySet[Request]:
    settled = Q(steps__state__in=list(rules.SETTLED))
    return found.annotate(n=Count("steps"), settled=Count("steps", filter=settled))


def _line(request: Request, now: datetime) -> Line:
    today = places.local_day(request.place, now)
    return Line(
        request.id,
        request.reference,
        request.kind,
        KINDS[request.kind].title,
        request.state,
        request.received_at,
        request.target_day,
        request.legal_day,
        rules.left(request.state, today, request.target_day, request.legal_day),
        request.n,  # type: ignore[attr-defined]
        request.settled,  # type: ignore[attr-defined]
    )
