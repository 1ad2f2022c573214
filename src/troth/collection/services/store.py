"""What an accepted submission writes, inside the one transaction of `submit`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from troth import ground
from troth.collection import rules
from troth.collection.models import Submission
from troth.consent import queries as consent_queries
from troth.consent import services as consent
from troth.evidence import services as evidence
from troth.messages import services as messages
from troth.people import queries as people_queries
from troth.people import services as people
from troth.people.services import PersonRef
from troth.policy.permits import PersonState
from troth.sharing import services as sharing
from troth.versions.queries import Version


@dataclass(frozen=True, repr=False)
class Taking:
    """A submission on its way into the vault. `body`: keyed hash of it; `address`: for the mail, empty for none."""

    submission: rules.Submission
    version: Version
    key: str
    body: bytes
    language: str
    how: str
    address: str
    now: datetime

    @property
    def touchpoint(self) -> str:
        return self.submission.touchpoint


def take(person: PersonRef, taking: Taking) -> tuple[UUID | None, tuple[rules.Reason, ...]]:
    """Store it; returns the submission's id. What is known of the person may still refuse it: then the reasons.

    Call inside the transaction. Raises people.PersonGone.
    """
    people.hold_still(person.id)
    known = None if person.created else consent_queries.person_state(person.id)
    judgement = rules.judge(taking.version.policy, taking.submission, taking.now, known)
    if judgement.reasons:
        return None, judgement.reasons
    stored = Submission.objects.create(
        id=uuid4(),
        person_id=person.id,
        version_id=taking.version.id,
        touchpoint=taking.touchpoint,
        key=taking.key,
        body=taking.body,
        language=taking.language,
        accepted_at=taking.now,
    )
    _record_choices(person.id, judgement.choices, known, taking)
    records = [_store_row(person.id, stored.id, row, taking) for row in judgement.rows]
    _note(person.id, stored.id, judgement.rows, records, taking)
    _confirm(person.id, stored.id, judgement.choices, taking)
    return stored.id, ()


def _record_choices(
    person_id: UUID, choices: tuple[rules.Choice, ...], known: PersonState | None, taking: Taking
) -> None:
    for choice in choices:
        if known and not choice.given:
            _withdraw_earlier(person_id, choice, known, taking)
        consent.record_event(
            person_id=person_id,
            kind="given" if choice.given else "refused",
            touchpoint=taking.touchpoint,
            purposes=choice.purposes,
            version_id=taking.version.id,
            language=taking.language,
            text_digest=rules.consent_digest(taking.version.policy, taking.touchpoint, choice.row),
            how=taking.how,
            now=taking.now,
        )


def _withdraw_earlier(person_id: UUID, choice: rules.Choice, known: PersonState, taking: Taking) -> None:
    """Who agreed before and says no now has withdrawn: everyone who was told hears it."""
    given = [p for p in choice.purposes if known.consents.get((taking.touchpoint, p)) == "given"]
    if given:
        sharing.withdraw(person_id, purposes=given, touchpoint=taking.touchpoint, how=taking.how, now=taking.now)


def _store_row(person_id: UUID, submission_id: UUID, row: rules.RowTaken, taking: Taking) -> UUID:
    record = people.store_record(
        person_id=person_id,
        version=taking.version,
        touchpoint=taking.touchpoint,
        row=row.row,
        values=row.values,
        submission_id=submission_id,
        source=taking.how,
        language=taking.language,
        notice_digest=taking.version.digest,
        now=taking.now,
    )
    sharing.queue(
        record, person_id=person_id, version=taking.version, touchpoint=taking.touchpoint, row=row.row, now=taking.now
    )
    return record


def _note(
    person_id: UUID, submission_id: UUID, rows: tuple[rules.RowTaken, ...], records: list[UUID], taking: Taking
) -> None:
    evidence.append(
        "record.accepted",
        person=people_queries.pseudonym(person_id),
        facts={
            "submission": str(submission_id),
            "touchpoint": taking.touchpoint,
            "version": taking.version.number,
            "records": [str(record) for record in records],
            "rows": [row.row for row in rows],
        },
        at=taking.now,
    )


def _confirm(person_id: UUID, submission_id: UUID, choices: tuple[rules.Choice, ...], taking: Taking) -> None:
    """Who agreed to something gets a mail saying so, with the link that takes it back; a few a day are enough."""
    given = [choice for choice in choices if choice.given]
    if not given or not taking.address or sharing.enough_links(person_id, taking.now):
        return
    policy = taking.version.policy
    agreed = "\n".join(f"- {rules.consent_text(policy, taking.touchpoint, choice.row)}" for choice in given)
    link = sharing.choice_link(person_id, taking.now)
    messages.send(
        kind="consent-receipt",
        to=taking.address,
        subject="What you agreed to, and how to change it",
        text=(
            f"You filled in a form: {policy.touchpoints[taking.touchpoint].title}. There you agreed to this:\n\n"
            f"{agreed}\n\n"
            f"You can take it back at any time, here, without giving a reason:\n{link}\n\n"
            f"If this was not you, take it back there too, or write to {policy.controller.contact}.\n\n"
            f"Your reference is {submission_id.hex[:8].upper()}. "
            f"The full notice is at {ground.settings().public_url}/notice/\n"
        ),
        key=f"consent-receipt:{submission_id}",
        now=taking.now,
    )
