"""The people a change concerns are told of it, each once with all that concerns them, before it takes effect.

Batches, each a transaction of its own: letters, links and progress commit together, so a kill in between loses no
letter and sends none twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from troth import ground
from troth.consent import standing
from troth.evidence import services as evidence
from troth.messages import services as messages
from troth.messages.rules import Unsendable, check
from troth.notice.history import between
from troth.people import groups
from troth.people import services as people
from troth.policy.difference import Change, say
from troth.policy.languages import words
from troth.policy.localise import localised, source_language
from troth.policy.model import Policy
from troth.publishing import rules
from troth.publishing.models import Addressee, Publication
from troth.publishing.rules import letters
from troth.publishing.rules.effects import Effects, Pair, RowName
from troth.publishing.services import asking
from troth.sharing import services as sharing
from troth.versions import queries as versions
from troth.work import services as work

State = Addressee.State
KIND = "policy-change"
A_TASK = 25
"""People without a mail address in one staff task."""

_ADDRESS = """
insert into publishing_addressee (publication_id, person_id, state, at)
select %s, concerned.id, 'waiting', %s from ({people}) as concerned (id)
on conflict (publication_id, person_id) do nothing
"""


@dataclass(frozen=True, repr=False)
class _Reader:
    """Somebody to tell, with what concerns them. `address`: empty for none that a letter can go to."""

    id: UUID
    address: str
    language: str
    telling: tuple[int, ...]
    lapsing: frozenset[Pair]


@transaction.atomic
def address(publication: Publication, effects: Effects, now: datetime) -> int:
    """Enter everybody whom the change concerns and who is not entered yet; returns how many."""
    if not effects.telling:
        return 0
    sql, parameters = asking.concerned(effects).select()
    with connection.cursor() as cursor:
        cursor.execute(_ADDRESS.format(people=sql), [publication.id, now, *parameters])
        entered = int(cursor.rowcount)
    if entered:
        version = str(publication.version_id)
        facts: dict[str, evidence.JSON] = {"publication": str(publication.id), "version": version, "people": entered}
        evidence.append("policy.addressed", facts=facts, at=now)
    return entered


def tell(publication_id: UUID, now: datetime, *, at_once: int = 500) -> int:
    """Tell up to `at_once` of those who wait; returns how many there were, 0 when all are told.

    Call again until then. Safe to repeat and to run twice at once. Raises KeyStoreUnreachable.
    """
    with transaction.atomic():
        left = Addressee.objects.filter(publication_id=publication_id, state=State.WAITING)
        chosen = list(left.order_by("id").values_list("person_id", flat=True)[:at_once])
        if not chosen:
            return 0
        held = people.hold_many(chosen)  # people first, as everywhere: who is being erased meanwhile drops out
        ids = left.filter(person_id__in=held).select_for_update().order_by("person_id")
        _tell(Publication.objects.get(id=publication_id), list(ids.values_list("person_id", flat=True)), now)
    return len(chosen)


def _tell(publication: Publication, ids: list[UUID], now: datetime) -> None:
    writer = _Writer.of(publication)
    readers = writer.readers(ids)
    mailed = [reader for reader in readers if reader.telling and reader.address]
    by_hand = [reader.id for reader in readers if reader.telling and not reader.address]
    links = sharing.choice_links([reader.id for reader in mailed], now)
    messages.send_many(KIND, [writer.letter(reader, links[reader.id]) for reader in mailed], now=now)
    tasks = [_ask_staff(publication, by_hand[nth : nth + A_TASK], now) for nth in range(0, len(by_hand), A_TASK)]
    spared = [reader.id for reader in readers if not reader.telling]
    for state, who in ((State.TOLD, [r.id for r in mailed]), (State.BY_HAND, by_hand), (State.SPARED, spared)):
        Addressee.objects.filter(publication=publication, person_id__in=who).update(state=state, at=now)
    facts: dict[str, evidence.JSON] = {
        "publication": str(publication.id),
        "version": str(publication.version_id),
        "told": len(mailed),
        "by_hand": len(by_hand),
        "spared": len(spared),
        "waiting": waiting(publication),
        "kept_here": 0 if ground.settings().smtp_url else len(mailed),
        "tasks": [str(task) for task in tasks],
    }
    evidence.append("policy.told", facts=facts, at=now)


class _Writer:
    """Writes the letters of one publication; a letter is composed once for all to whom the same goes."""

    def __init__(self, publication: Publication, old: Policy, new: Policy, number: int, effects: Effects) -> None:
        self._id, self._effective, self._number = publication.id, publication.effective, number
        self._old, self._new, self._effects = old, new, effects
        self._named: dict[str, dict[tuple[str, str, bool], Change]] = {}
        self._composed: dict[tuple[str, tuple[int, ...], frozenset[Pair]], letters.Letter] = {}

    @classmethod
    def of(cls, publication: Publication) -> "_Writer":
        old, new, effects = approved(publication)
        return cls(publication, old, new, versions.get(publication.version_id).number, effects)

    def readers(self, ids: list[UUID]) -> list[_Reader]:
        """Whom to tell what: a few statements for all of them."""
        rows, addresses, languages = groups.rows_of(ids), groups.addresses(ids), groups.languages(ids)
        consents: dict[UUID, set[Pair]] = {}
        for given in standing.of(ids, self._effects.lapsing):
            consents.setdefault(given.person_id, set()).add((given.touchpoint, given.purpose))
        return [
            _Reader(
                id=id,
                address=sendable(addresses.get(id, "")),
                language=languages.get(id) or source_language(self._new),
                telling=self._concerning(rows.get(id, frozenset()), frozenset(consents.get(id, ()))),
                lapsing=frozenset(consents.get(id, ())),
            )
            for id in ids
        ]

    def letter(self, reader: _Reader, link: str) -> messages.ToSend:
        what = (reader.language, reader.telling, reader.lapsing)
        letter = self._composed.get(what) or self._composed.setdefault(what, self._compose(*what))
        return messages.ToSend(reader.address, letter.subject, letter.to(link), f"{KIND}:{self._id}:{reader.id}")

    def _concerning(self, rows: frozenset[RowName], consents: frozenset[Pair]) -> tuple[int, ...]:
        telling = enumerate(self._effects.telling)
        return tuple(nth for nth, told in telling if told.concerns(rows, consents))

    def _compose(self, language: str, telling: tuple[int, ...], lapsing: frozenset[Pair]) -> letters.Letter:
        # what ends is named as it was called when it was agreed to
        about = letters.About(
            localised(self._old, language), self._number, self._effective, ground.settings().public_url
        )
        changes = [self._in(language, self._effects.telling[nth].change) for nth in telling]
        return letters.announcing(about, changes, lapsing, words(language, self._new), say)

    def _in(self, language: str, change: Change) -> Change:
        """The change with the names of the policy in the reader's language, where it is translated."""
        if language not in self._named:
            told = between(self._old, self._new, language)
            self._named[language] = {(other.kind, other.where, other.gone): other for other in told}
        return self._named[language].get((change.kind, change.where, change.gone), change)


def approved(publication: Publication) -> tuple[Policy, Policy, Effects]:
    """Old policy, new policy, and the effects of the changes that were approved."""
    if publication.base_id is None:
        raise ValueError(f"publication {publication.id} is of the first version: it changes nothing")
    old, new = versions.get(publication.base_id).policy, versions.get(publication.version_id).policy
    return old, new, rules.effects(rules.restore(publication.changes), old, new)


def waiting(publication: Publication) -> int:
    """How many are not told yet."""
    return Addressee.objects.filter(publication=publication, state=State.WAITING).count()


def sendable(address: str) -> str:
    """The address, if a letter can go to it."""
    try:
        check(address, "-", "-")
    except Unsendable:
        return ""
    return address


def _ask_staff(publication: Publication, ids: Iterable[UUID], now: datetime) -> UUID:
    who = sorted(map(str, ids))
    return work.open_task(
        kind="policy-change",
        title=f"Tell {len(who)} people of the change of policy: no mail address",
        instructions=(
            f"The policy changes on {publication.effective}. These people are concerned and have no mail address here: "
            f"{', '.join(who)}. Open each in the console and tell them another way what changes, before that day. "
            "Then say here how they were told."
        ),
        subject=("publication", str(publication.id)),
        due_at=asking.midnight(publication.effective),
        key=f"policy-change:{publication.id}:{who[0]}",
        now=now,
    )
