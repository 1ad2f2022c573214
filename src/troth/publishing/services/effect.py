"""On its day a policy takes effect by itself; this does what follows from it for what is here already.

Every step finds what is left to do and is repeated without harm: a kill in between loses nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from troth import ground
from troth.consent.standing import Standing
from troth.evidence import services as evidence
from troth.messages import services as messages
from troth.people import groups
from troth.people import services as people
from troth.policy.languages import words
from troth.policy.localise import localised, source_language
from troth.policy.model import Policy
from troth.publishing.models import Publication
from troth.publishing.rules import letters
from troth.publishing.rules.effects import Effects, Pair
from troth.publishing.services import asking
from troth.publishing.services.tell import approved, sendable, waiting
from troth.sharing import flows
from troth.sharing import services as sharing
from troth.versions import queries as versions
from troth.work import services as work

KIND = "consent-ended"


def take_effect(now: datetime, *, at_once: int = 500) -> int:
    """Do what follows from every version whose day has come, the older first; returns how many were finished."""
    due = Publication.objects.filter(in_effect_at__isnull=True, effective__lte=now.date())
    ids = list(due.order_by("version__number").values_list("id", flat=True))
    return sum(_take(id, now, at_once) for id in ids)


@dataclass(frozen=True)
class _Day:
    """A version whose day has come. `under`: ids of it and later versions, of which nothing is touched."""

    publication: Publication
    old: Policy
    new: Policy
    effects: Effects
    under: tuple[UUID, ...]
    now: datetime
    at_once: int


def _take(id: UUID, now: datetime, at_once: int) -> bool:
    publication = Publication.objects.get(id=id)
    own = versions.get(publication.version_id).number
    under = tuple(version.id for version in versions.all() if version.number >= own)
    day = _Day(publication, *approved(publication), under, now, at_once)
    while _lapse(day):
        pass
    while _withhold(day):
        pass
    return _finish(day)


@transaction.atomic
def _lapse(day: _Day) -> int:
    publication = day.publication
    if not day.effects.lapsing or not _open(publication.id):
        return 0
    lapsed = sharing.lapse(
        day.effects.lapsing, version_id=publication.version_id, under=day.under, now=day.now, at_once=day.at_once
    )
    _ask_again(day, lapsed.consents)
    _add(publication.id, lapsed=len(lapsed.consents))
    return len(lapsed.consents)


@transaction.atomic
def _withhold(day: _Day) -> int:
    if not day.effects.stopped or not _open(day.publication.id):
        return 0
    held = sharing.withhold(day.effects.stopped, under=day.under, now=day.now, at_once=day.at_once)
    _add(day.publication.id, withheld=held)
    return held


@transaction.atomic
def _finish(day: _Day) -> bool:
    """The steps that are one statement each, and the note that all is done."""
    publication, now = day.publication, day.now
    if not _open(publication.id):
        return False
    shortened = people.shorten(day.effects.shorter, at=asking.begins(day.new), under=day.under, now=now)
    _have_returned(publication, day.effects, now)
    _tell_of_delay(publication, now)
    _add(publication.id, shortened=shortened)
    Publication.objects.filter(id=publication.id).update(in_effect_at=now)
    done = Publication.objects.get(id=publication.id)
    facts: dict[str, evidence.JSON] = {
        "publication": str(publication.id),
        "version": str(publication.version_id),
        "lapsed": done.lapsed,
        "withheld": done.withheld,
        "shortened": done.shortened,
        "waiting": waiting(publication),
    }
    evidence.append("policy.in-effect", facts=facts, at=now)
    return True


def _open(id: UUID) -> bool:
    """Hold the publication: one worker at a time takes steps of it. False if another finished it."""
    return Publication.objects.select_for_update().filter(id=id, in_effect_at__isnull=True).exists()


def _add(id: UUID, **numbers: int) -> None:
    Publication.objects.filter(id=id).update(**{name: F(name) + number for name, number in numbers.items()})


def _ask_again(day: _Day, ended: tuple[Standing, ...]) -> None:
    """A letter to those whose consent ended, where a letter may ask for it (see `letters.may_be_asked_by_mail`)."""
    pairs: dict[UUID, set[Pair]] = {}
    for given in ended:
        pair = (given.touchpoint, given.purpose)
        if letters.may_be_asked_by_mail(day.old, pair):
            pairs.setdefault(given.person_id, set()).add(pair)
    addresses = {id: address for id, address in groups.addresses(pairs).items() if sendable(address)}
    links = sharing.choice_links(list(addresses), day.now)
    spoken = groups.languages(addresses)
    publication, url = day.publication, ground.settings().public_url
    number, sent = versions.get(publication.version_id).number, []
    for id, address in addresses.items():
        language = spoken.get(id) or source_language(day.old)
        about = letters.About(localised(day.old, language), number, publication.effective, url)
        letter = letters.asking(about, pairs[id], words(language, day.old))
        sent.append(messages.ToSend(address, letter.subject, letter.to(links[id]), f"{KIND}:{publication.id}:{id}"))
    messages.send_many(KIND, sent, now=day.now)


def _have_returned(publication: Publication, effects: Effects, now: datetime) -> None:
    """Recipients that got data and get no more of it: a person sees to what they hold."""
    told: dict[str, list[str]] = {}
    for flow in flows.counts(effects.stopped, since=now):
        if flow.people_told:
            told.setdefault(flow.recipient, []).append(f"{flow.touchpoint}/{flow.row}")
    for recipient, places in sorted(told.items()):
        work.open_task(
            kind="policy-change",
            title=f"Have {recipient} return or delete what it got",
            instructions=(
                f"Since {publication.effective} the policy sends {recipient} nothing of {', '.join(sorted(places))}. "
                "It still holds what it got before. Have it returned or deleted as the contract says (GDPR Art. "
                "28(3)(g)), then say here what it confirmed and when."
            ),
            subject=("publication", str(publication.id)),
            system=recipient,
            key=f"policy-change:return:{publication.id}:{recipient}",
            now=now,
        )


def _tell_of_delay(publication: Publication, now: datetime) -> None:
    """People were to be told before the day, and some were not: staff hear of it."""
    late = waiting(publication)
    if not late:
        return
    work.open_task(
        kind="policy-change",
        title="A policy took effect before everybody was told",
        instructions=(
            f"{late} people concerned had not been told when the policy took effect on {publication.effective}. "
            "Their letters go out as soon as a worker runs. See that one does, then say here why it was late."
        ),
        subject=("publication", str(publication.id)),
        key=f"policy-change:late:{publication.id}",
        now=now,
    )
