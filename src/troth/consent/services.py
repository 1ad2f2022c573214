"""Writing the consent ledger. What a withdrawal sets in motion elsewhere is `sharing.withdraw`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args
from uuid import UUID, uuid4

from django.db import transaction

from troth.consent import queries, rules, standing
from troth.consent.models import Event
from troth.consent.rules import EventKind, Pair
from troth.consent.standing import Standing
from troth.evidence import services as evidence
from troth.people import groups
from troth.people import queries as people_queries
from troth.people import services as people


@dataclass(frozen=True)
class Recorded:
    """An act in the ledger: its id, and its evidence entry, whose proof a receipt promises."""

    act: UUID
    entry: int


def record_event(
    *,
    person_id: UUID,
    kind: EventKind,
    touchpoint: str,
    purposes: Iterable[str],
    version_id: UUID,
    language: str,
    text_digest: str,
    how: str,
    now: datetime,
) -> Recorded:
    """Write one act, with its evidence, in one transaction.

    `purposes`: ids, at least one; `text_digest`: SHA-256 hex of the exact text shown; `how`: control, api, import, mail
    link … Raises ValueError, people.PersonGone.
    """
    wanted = sorted(set(purposes))
    if kind not in get_args(EventKind):
        raise ValueError(f"no consent event is of kind `{kind}`: use {', '.join(get_args(EventKind))}")
    if not wanted:
        raise ValueError("a consent event names at least one purpose")
    with transaction.atomic():
        people.hold_still(person_id)  # a person's events get their ids in the order in which they commit
        act = uuid4()
        Event.objects.bulk_create(
            Event(
                act=act,
                person_id=person_id,
                kind=kind,
                touchpoint=touchpoint,
                purpose=purpose,
                version_id=version_id,
                language=language,
                text_digest=text_digest,
                how=how,
                at=now,
            )
            for purpose in wanted
        )
        facts: dict[str, evidence.JSON] = {
            "act": str(act),
            "touchpoint": touchpoint,
            "purposes": [*wanted],
            "version": str(version_id),
            "language": language,
            "text": text_digest,
            "how": how,
        }
        entry = evidence.append(f"consent.{kind}", person=people_queries.pseudonym(person_id), facts=facts, at=now)
    return Recorded(act, entry)


def withdraw_events(
    person_id: UUID,
    purposes: Iterable[str] | None = None,
    touchpoint: str | None = None,
    *,
    how: str,
    now: datetime,
) -> list[Pair]:
    """Write `withdrawn` for each given consent of `purposes` (None: all) at `touchpoint` (None: everywhere).

    Returns the pairs closed; again returns none. Each event carries the version and language of the consent it closes;
    no text was shown. Raises people.PersonGone.
    """
    wanted = None if purposes is None else list(purposes)
    with transaction.atomic():
        people.hold_still(person_id)
        given = {(event.touchpoint, event.purpose): event for event in queries.deciding(person_id)}
        closed = rules.to_withdraw({pair: event.kind for pair, event in given.items()}, wanted, touchpoint)
        acts: dict[tuple[str, UUID, str], list[str]] = {}
        for pair in closed:
            acts.setdefault((pair[0], given[pair].version_id, given[pair].language), []).append(pair[1])
        for (place, version, language), ended in acts.items():
            record_event(
                person_id=person_id,
                kind="withdrawn",
                touchpoint=place,
                purposes=ended,
                version_id=version,
                language=language,
                text_digest="",
                how=how,
                now=now,
            )
    return closed


def supersede(
    pairs: Collection[Pair], *, of: Collection[UUID], version_id: UUID, under: Collection[UUID], how: str, now: datetime
) -> list[Standing]:
    """Write `superseded` for the consents for these pairs that these people gave: `version_id` asks more than that.

    Returns the consents that ended. `under`: ids of versions whose consents stand, since they were given for what it
    asks. Each act has its evidence. Set-based; in the caller's transaction.
    """
    with transaction.atomic():
        held = people.hold_many(of)  # from here on nobody can withdraw meanwhile
        ended = standing.of(held, pairs, under=under)
        acts = {(given.person_id, given.touchpoint): uuid4() for given in ended}
        Event.objects.bulk_create(
            Event(
                act=acts[given.person_id, given.touchpoint],
                person_id=given.person_id,
                kind="superseded",
                touchpoint=given.touchpoint,
                purpose=given.purpose,
                version_id=version_id,
                language=given.language,
                how=how,
                at=now,
            )
            for given in ended
        )
        _note_superseded(ended, acts, version_id, how, now)
    return ended


def _note_superseded(
    ended: list[Standing], acts: Mapping[tuple[UUID, str], UUID], version_id: UUID, how: str, now: datetime
) -> None:
    names = groups.pseudonyms({given.person_id for given in ended})
    purposes: dict[tuple[UUID, str], list[evidence.JSON]] = {}
    for given in ended:
        purposes.setdefault((given.person_id, given.touchpoint), []).append(given.purpose)
    told: list[tuple[str | None, Mapping[str, evidence.JSON]]] = [
        (
            names.get(person),
            {
                "act": str(act),
                "touchpoint": touchpoint,
                "purposes": purposes[person, touchpoint],
                "version": str(version_id),
                "how": how,
            },
        )
        for (person, touchpoint), act in acts.items()
    ]
    evidence.append_many("consent.superseded", told, at=now)
