"""The room's one door for reading: the board, one request, the person's answer page."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from troth.law import places
from troth.people.keys import KeyDestroyed
from troth.requests import rules
from troth.requests.kinds import KINDS
from troth.requests.models import Package, Request, Step
from troth.requests.rules import Left, Tally
from troth.requests.services import links, sealed
from troth.requests.services.gather import tallies

OPEN = ("identity", "running")


@dataclass(frozen=True)
class Line:
    """A request as the board shows it. `left` is None once it is answered in full; `outstanding`: steps with staff."""

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
    outstanding: int


@dataclass(frozen=True, repr=False)
class Full:
    """One request on one page. Personal data: no repr. `address` and `words` are empty once its key is gone."""

    line: Line
    regime: str
    place: str
    article: str
    address: str
    words: str
    person_id: UUID | None
    identified_at: datetime | None
    answered_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
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
    outstanding: int
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
    """Requests by last legal day, the soonest first. `state`: one state, `open` for all not answered, `outstanding` for
    answered ones of which a part still waits for a person.

    `after`: (legal day, id) of the last one seen. One statement.
    """
    found = _with_steps(Request.objects.order_by("legal_day", "id"))
    if state == "open":
        found = found.filter(state__in=OPEN)
    elif state == "outstanding":
        found = found.filter(state="answered", completed_at=None)
    elif state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if reference:
        found = found.filter(reference__startswith=reference.strip().upper())
    if after:
        found = found.filter(Q(legal_day__gt=after[0]) | Q(legal_day=after[0], id__gt=after[1]))
    return tuple(_line(request, now) for request in found[:limit])


def one(request_id: UUID, now: datetime) -> Full | None:
    """One request, or None."""
    request = _with_steps(Request.objects.filter(id=request_id)).first()
    if request is None:
        return None
    address, words = _asked(request)
    return Full(
        line=_line(request, now),
        regime=request.regime,
        place=request.place,
        article=KINDS[request.kind].article,
        address=address,
        words=words,
        person_id=request.person_id,
        identified_at=request.identified_at,
        answered_at=request.answered_at,
        completed_at=request.completed_at,
        closed_at=request.closed_at,
        tallies=tallies(request),
        fetched_at=Package.objects.filter(request=request).values_list("fetched_at", flat=True).first(),
        proof_entry=request.proof_entry,
    )


def of_person(person_id: UUID, now: datetime) -> tuple[Line, ...]:
    """A person's requests, newest first."""
    found = Request.objects.filter(person_id=person_id).order_by("-received_at")
    return tuple(_line(request, now) for request in _with_steps(found))


def counts(now: datetime) -> dict[str, int]:
    """Requests not answered in full: `open`, `late` (past the legal day), `past_target`, `week` (legal day within seven
    days), `outstanding` (answered, but a part waits for a person). One statement.

    What nobody has confirmed yet is open and has days left, but is not late: there is nothing we may do.
    """
    tally = {"open": 0, "late": 0, "past_target": 0, "week": 0, "outstanding": 0}
    waiting = Request.objects.filter(Q(state__in=OPEN) | Q(state="answered", completed_at=None))
    for request in waiting.only("place", "legal_day", "target_day", "state"):
        today = places.local_day(request.place, now)
        tally["outstanding" if request.state == "answered" else "open"] += 1
        if request.state == "identity":
            continue
        tally["late"] += request.legal_day < today
        tally["past_target"] += request.target_day < today
        tally["week"] += 0 <= (request.legal_day - today).days <= 7
    return tally


def answer_page(token: str, now: datetime) -> AnswerPage | None:
    """What an answer link shows; None for a dead one."""
    request = request_of_answer_link(token, now)
    if request is None:
        return None
    told = tallies(request)
    return AnswerPage(
        request.reference,
        request.kind,
        KINDS[request.kind].title,
        request.answered_at,
        told,
        len(rules.outstanding(told)),
        Package.objects.filter(request=request).exists(),
        request.proof_entry is not None,
    )


def request_of_answer_link(token: str, now: datetime) -> Request | None:
    """The request whose answer link this is, if it still works."""
    link = links.find(token, "package", now)
    return link.request if link else None


def request_of_step(step_id: UUID) -> UUID | None:
    """The request a step belongs to."""
    return Step.objects.filter(id=step_id).values_list("request_id", flat=True).first()


def _asked(request: Request) -> tuple[str, str]:
    if request.forgotten_at:
        return "", ""
    try:
        asked = sealed.asked(request.id, request.sealed)
    except KeyDestroyed:
        return "", ""
    return asked.address, asked.words


def _with_steps(found: QuerySet[Request]) -> QuerySet[Request]:
    settled = Q(steps__state__in=list(rules.SETTLED))
    waiting = Q(steps__state__in=list(rules.WITH_PEOPLE))
    return found.annotate(
        n=Count("steps"), settled=Count("steps", filter=settled), waiting=Count("steps", filter=waiting)
    )


def _line(request: Request, now: datetime) -> Line:
    today = places.local_day(request.place, now)
    waiting: int = request.waiting  # type: ignore[attr-defined]
    return Line(
        id=request.id,
        reference=request.reference,
        kind=request.kind,
        title=KINDS[request.kind].title,
        state=request.state,
        received_at=request.received_at,
        target_day=request.target_day,
        legal_day=request.legal_day,
        left=rules.left(request.state, today, request.target_day, request.legal_day, waiting),
        steps=request.n,  # type: ignore[attr-defined]
        settled=request.settled,  # type: ignore[attr-defined]
        outstanding=waiting,
    )
