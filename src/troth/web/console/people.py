"""People: find one by an identifier, and everything that is held about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from troth import ground
from troth.consent import queries as consent
from troth.evidence import services as evidence
from troth.people import queries
from troth.people.keys import KeyDestroyed, KeyStoreUnreachable
from troth.people.queries import RecordView
from troth.people.rules import mask_email
from troth.requests import queries as requests
from troth.sharing import queries as sharing
from troth.systems.kit.identifiers import Identifiers
from troth.web.console.names import Names
from troth.web.console.overview import DELIVERY_STATES
from troth.web.console.paging import PAGE, address, cut
from troth.web.staff import staff_only

SAID = {
    "shown": ("", "was asked"),
    "given": ("now", "agreed"),
    "refused": ("", "did not agree"),
    "withdrawn": ("", "took it back"),
    "expired": ("", "consent expired"),
    "superseded": ("", "consent ended: the policy means more"),
}
STOPS = {"queued": ("", "queued"), "waiting": ("accent", "under way there"), "done": ("good", "stopped")}
STOPS["staff"] = ("soon", "with staff")
KINDS = (("email", "E-mail"), ("phone", "Phone"), ("account", "Account"), ("device", "Device"))


@dataclass(frozen=True, repr=False)
class Held:
    """A record as the page shows it; `items` are (label, value), the value empty while closed."""

    record: RecordView
    title: str
    marketing: bool
    items: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    recipients: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Opened:
    """A person's vault, open in memory: what the page may show of it depends on whether the look is recorded."""

    records: tuple[RecordView, ...]
    known: Identifiers
    pseudonym: str


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """People, newest first. A search comes by POST, so that no identifier is ever part of an address."""
    search = request.POST.get("search", "").strip()[:320]
    try:
        after = UUID(request.GET["after"]) if request.GET.get("after") else None
    except ValueError:
        return HttpResponseBadRequest("not a place in the list of people; start from its beginning")
    try:
        lines, last = cut(queries.people(search, after, PAGE + 1), PAGE)
    except KeyStoreUnreachable:
        return _unreachable(request)
    more = address(reverse("console-people"), after=last.id) if last and not search else ""
    context = {"lines": lines, "more": more, "search": search, "after": after, "now": ground.clock()}
    return render(request, "web/console/people.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Everything held about a person, values closed. A POST opens them, and is recorded first."""
    now = ground.clock()
    person = queries.person(person_id)
    if person is None:
        raise Http404("nobody of this id is here: erased, or never known")
    try:
        opened = _open(person_id)
    except KeyStoreUnreachable:
        return _unreachable(request)
    except KeyDestroyed:
        return render(request, "web/console/person_going.html", {"person": person}, status=410)
    shown = request.method == "POST"
    if shown:
        _note_look(opened, str(request.user.pk), now)
    context = {"person": person, "opened": opened, "shown": shown, "now": now, "staff": str(request.user.pk)}
    context |= _page(person_id, opened, now, shown=shown)
    return render(request, "web/console/person.html", context)


def _unreachable(request: HttpRequest) -> HttpResponse:
    return render(request, "web/console/person_closed.html", status=503)


def _open(person_id: UUID) -> Opened:
    """Raises KeyDestroyed while an erasure is finishing, KeyStoreUnreachable."""
    try:
        known = queries.identifiers(person_id)
    except queries.NoSuchPerson:
        known = Identifiers()
    return Opened(tuple(queries.records(person_id)), known, queries.pseudonym(person_id))


@transaction.atomic
def _note_look(opened: Opened, staff: str, now: datetime) -> None:
    """Who looked at whose values: an entry of the log, before the page is made."""
    facts: dict[str, evidence.JSON] = {"staff": staff, "records": len(opened.records)}
    evidence.append("person.viewed", person=opened.pseudonym, facts=facts, at=now)


def _page(person_id: UUID, opened: Opened, now: datetime, *, shown: bool) -> Mapping[str, object]:
    names = Names()
    return {
        "held": [_held(names, record, shown=shown) for record in reversed(opened.records)],
        "known": [(label, _told(kind, opened.known, shown=shown)) for kind, label in KINDS],
        "log": [_disclosure(names, line) for line in sharing.disclosures(person_id)],
        "deliveries": [
            (d, names.touchpoint_now(d.touchpoint), names.recipient(d.recipient), DELIVERY_STATES.get(d.state))
            for d in sharing.deliveries(person_id)
        ],
        "stops": [
            (s, names.recipient(s.recipient), names.purposes_now(s.purposes), STOPS.get(s.state))
            for s in sharing.suppressions(person_id)
        ],
        "said": [_said(names, event) for event in reversed(consent.events(person_id))],
        "asked": requests.of_person(person_id, now),
    }


def _held(names: Names, record: RecordView, *, shown: bool) -> Held:
    row = names.row(record.version_id, record.touchpoint, record.row)
    here = (record.version_id, record.touchpoint, record.row)
    items = [(names.item(*here, item), value if shown else "") for item, value in record.values.items()]
    items += [(names.item(*here, item), "kept only as a hash") for item in record.hashed]
    return Held(
        record,
        names.touchpoint(record.version_id, record.touchpoint),
        bool(row and row.marketing),
        tuple(items),
        tuple((names.purpose(record.version_id, p.purpose), p.relies_on) for p in row.purposes) if row else (),
        tuple(names.recipient(r.recipient) for r in row.receivers) if row else (),
    )


def _told(kind: str, known: Identifiers, *, shown: bool) -> tuple[str, ...]:
    """Identifiers of a kind: as they are, or closed; an e-mail address closed still shows its domain."""
    values: tuple[str, ...] = getattr(known, kind)
    if shown:
        return values
    return tuple(mask_email(value) if kind == "email" else "…" for value in values)


def _disclosure(names: Names, line: sharing.DisclosureLine) -> dict[str, object]:
    return {
        "at": line.at,
        "kind": line.kind,
        "recipient": names.recipient(line.recipient),
        "title": names.touchpoint(line.version_id, line.touchpoint),
        "items": [names.item(line.version_id, line.touchpoint, line.row, item) for item in line.items],
        "why": [
            (names.purpose(line.version_id, purpose), basis)
            for purpose, basis in zip(line.purposes, line.bases, strict=False)
        ],
    }


def _said(names: Names, event: consent.EventView) -> dict[str, object]:
    tone, said = SAID.get(event.kind, ("", event.kind))
    purpose = names.purpose(event.version_id, event.purpose)
    title = names.touchpoint(event.version_id, event.touchpoint)
    return {"at": event.at, "tone": tone, "title": said.capitalize(), "text": f"{purpose}. {title} (by {event.how})"}
