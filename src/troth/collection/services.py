"""The room's one door for acts: take a submission, whole or not at all."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from troth import ground
from troth.collection import rules
from troth.collection.models import Submission
from troth.consent import services as consent
from troth.evidence import services as evidence
from troth.messages import services as messages
from troth.people import queries as people_queries
from troth.people import services as people
from troth.policy.model import Policy
from troth.sharing import services as sharing
from troth.systems.kit.identifiers import Identifiers
from troth.versions import queries as versions
from troth.versions.queries import Version


@dataclass(frozen=True)
class Receipt:
    """What the sender gets: the submission's id, a short reference to quote, and whether it was stored before."""

    submission_id: UUID
    reference: str
    again: bool = False


class Refused(Exception):
    """The submission is not taken; `reasons` are all of them. The text holds codes only, never a value."""

    def __init__(self, reasons: tuple[rules.Reason, ...]) -> None:
        super().__init__(", ".join(sorted({reason.code for reason in reasons})))
        self.reasons = reasons


@dataclass(frozen=True)
class _Taking:
    """An accepted submission on its way into the vault."""

    submission: rules.Submission
    judgement: rules.Judgement
    version: Version
    key: str
    language: str
    how: str
    now: datetime


def submit(
    submission: rules.Submission,
    *,
    notice_version: int,
    idempotency_key: str,
    language: str = "en",
    how: str = "api",
    now: datetime,
) -> Receipt:
    """Take a submission: values to the vault, consents to the ledger, deliveries queued, evidence, all in one
    transaction; or raise Refused and store nothing.

    `notice_version`: the number of the version whose notice the person saw. The same idempotency key with the same
    body answers with the first receipt.
    """
    version = _version(notice_version, now)
    earlier = _earlier(submission, idempotency_key)
    if earlier:
        return earlier
    judgement = rules.judge(version.policy, submission, now)
    if judgement.reasons:
        raise Refused(judgement.reasons)
    who = _identifiers(version.policy, submission.values)
    if not who:
        raise Refused((rules.Reason("no-identifier", "", "nothing says whose data this is: give an e-mail address"),))
    person = people.prepare(who, now=now)
    try:
        with transaction.atomic():
            return _store(person.id, _Taking(submission, judgement, version, idempotency_key, language, how, now))
    except IntegrityError:  # the same key arrived twice at once: the other one stored it
        stored = _earlier(submission, idempotency_key)
        if stored is None:
            raise
        return stored


def _version(number: int, now: datetime) -> Version:
    current = versions.current(now)
    if current is None:
        raise Refused((rules.Reason("unknown-version", "notice_version", "no policy is published yet"),))
    if number != current.number:
        code = "superseded-version" if number in {v.number for v in versions.all()} else "unknown-version"
        words = f"the notice in force is version {current.number}; show it and send again"
        raise Refused((rules.Reason(code, "notice_version", words),))
    return current


def _earlier(submission: rules.Submission, key: str) -> Receipt | None:
    """The receipt of an earlier submission under this key. Raises Refused if that one had another body."""
    found = Submission.objects.filter(touchpoint=submission.touchpoint, key=key).first()
    if found is None:
        return None
    if not hmac.compare_digest(bytes(found.body), _body_hash(submission)):
        words = "this idempotency key was used for another submission; send each with a key of its own"
        raise Refused((rules.Reason("key-reused", "idempotency_key", words),))
    return Receipt(found.id, reference(found.id), again=True)


def _body_hash(submission: rules.Submission) -> bytes:
    body = json.dumps([sorted(submission.values.items()), sorted(submission.agreed), submission.of_age])
    return hmac.digest(ground.secret("submissions"), body.encode(), hashlib.sha256)


def _identifiers(policy: Policy, values: Mapping[str, str]) -> Identifiers:
    found: dict[str, list[str]] = {}
    for item, value in values.items():
        kind = policy.data[item].identifies
        if kind and value.strip():
            found.setdefault(kind, []).append(value.strip())
    return Identifiers(**{kind: tuple(seen) for kind, seen in found.items()})


def _store(person_id: UUID, taking: _Taking) -> Receipt:
    stored = Submission.objects.create(
        id=uuid4(),
        person_id=person_id,
        version_id=taking.version.id,
        touchpoint=taking.submission.touchpoint,
        key=taking.key,
        body=_body_hash(taking.submission),
        language=taking.language,
        accepted_at=taking.now,
    )
    _record_choices(person_id, taking)
    records = [_store_row(person_id, stored.id, row, taking) for row in taking.judgement.rows]
    evidence.append(
        "record.accepted",
        person=people_queries.pseudonym(person_id),
        facts={
            "submission": str(stored.id),
            "touchpoint": taking.submission.touchpoint,
            "version": taking.version.number,
            "records": [str(record) for record in records],
            "rows": [row.row for row in taking.judgement.rows],
        },
        at=taking.now,
    )
    _confirm(person_id, stored.id, taking)
    return Receipt(stored.id, reference(stored.id))


def _store_row(person_id: UUID, submission_id: UUID, row: rules.RowTaken, taking: _Taking) -> UUID:
    touchpoint = taking.submission.touchpoint
    record = people.store_record(
        person_id=person_id,
        version=taking.version,
        touchpoint=touchpoint,
        row=row.row,
        values=row.values,
        submission_id=submission_id,
        source=taking.how,
        language=taking.language,
        now=taking.now,
    )
    sharing.queue(
        record, person_id=person_id, version=taking.version, touchpoint=touchpoint, row=row.row, now=taking.now
    )
    return record


def _record_choices(person_id: UUID, taking: _Taking) -> None:
    touchpoint = taking.submission.touchpoint
    for choice in taking.judgement.choices:
        consent.record_event(
            person_id=person_id,
            kind="given" if choice.given else "refused",
            touchpoint=touchpoint,
            purposes=choice.purposes,
            version_id=taking.version.id,
            language=taking.language,
            text_digest=consent_digest(taking.version.policy, touchpoint, choice.row),
            how=taking.how,
            now=taking.now,
        )


def consent_text(policy: Policy, touchpoint: str, row: str) -> str:
    """The exact words a person agrees to when ticking a row."""
    declared = policy.touchpoints[touchpoint].row(row)
    labels = [policy.purposes[p].label for p in rules.consent_purposes(declared)]
    return f"I agree that {policy.controller.name} uses these data for: {'; '.join(labels)}."


def consent_digest(policy: Policy, touchpoint: str, row: str) -> str:
    """SHA-256 of the words agreed to, for the ledger."""
    return hashlib.sha256(consent_text(policy, touchpoint, row).encode()).hexdigest()


def reference(submission_id: UUID) -> str:
    """A short reference a person can quote: eight characters of the id."""
    return submission_id.hex[:8].upper()


def _confirm(person_id: UUID, submission_id: UUID, taking: _Taking) -> None:
    """Who agreed to something gets a mail saying so, with the link that takes it back."""
    given = [choice for choice in taking.judgement.choices if choice.given]
    address = next(iter(_identifiers(taking.version.policy, taking.submission.values).email), None)
    if not given or address is None:
        return
    policy = taking.version.policy
    agreed = "\n".join(f"- {consent_text(policy, taking.submission.touchpoint, choice.row)}" for choice in given)
    link = sharing.choice_link(person_id, taking.now)
    messages.send(
        kind="consent-receipt",
        to=address,
        subject="What you agreed to, and how to change it",
        text=(
            f"Reference {reference(submission_id)}. You agreed to this:\n\n{agreed}\n\n"
            f"You can change your mind at any time, with one click and without giving a reason:\n{link}\n\n"
            f"The full notice: {ground.settings().public_url}/notice/\n"
        ),
        key=f"consent-receipt:{submission_id}",
        now=taking.now,
    )
