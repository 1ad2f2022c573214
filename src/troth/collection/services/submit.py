"""A submission comes in: judged, then stored whole in one transaction, or refused with every reason."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from troth import ground
from troth.collection import rules
from troth.collection.models import Submission
from troth.collection.services.store import Taking, take
from troth.people import services as people
from troth.people.normalise import NotAnIdentifier, normalise
from troth.policy.model import Policy
from troth.systems.kit.identifiers import Identifiers
from troth.versions import queries as versions
from troth.versions.queries import Version

TRIES = 3
"""How often a person may be erased by others between being found and being written to."""


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


@dataclass(frozen=True, repr=False)
class _Sent:
    """A submission as it was sent."""

    submission: rules.Submission
    notice_version: int
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
    body answers with the first receipt, whatever is in force by then. A consent row left without a tick is a refusal:
    one given earlier at this touchpoint is withdrawn. Raises KeyStoreUnreachable.
    """
    sent = _Sent(submission, notice_version, idempotency_key, language, how, now)
    earlier = _earlier(sent)
    if earlier:
        return earlier
    version = _version(notice_version, now)
    judgement = rules.judge(version.policy, submission, now)
    if judgement.reasons:
        raise Refused(judgement.reasons)
    who = _identifiers(version.policy, judgement)
    for _ in range(TRIES):
        try:
            return _store(sent, version, who)
        except people.PersonGone:
            continue  # erased meanwhile: a fresh submission is a new start
    raise RuntimeError("the person was erased by others each time this tried to write; send the submission again")


def reference(submission_id: UUID) -> str:
    """A short reference a person can quote: eight characters of the id."""
    return submission_id.hex[:8].upper()


def _store(sent: _Sent, version: Version, who: Identifiers) -> Receipt:
    """One transaction. The person is made inside it, after their key: what is refused late leaves nobody behind, and
    a key without a person is swept."""
    try:
        with transaction.atomic():
            ref = people.prepare(who, now=sent.now)
            taking = Taking(
                submission=sent.submission,
                version=version,
                key=sent.key,
                body=_body_hash(sent),
                language=sent.language,
                how=sent.how,
                # in the spelling that decided who this is: the link in the mail opens that person's choices
                address=normalise("email", who.email[0]) if who.email else "",
                now=sent.now,
            )
            stored, reasons = take(ref, taking)
            if stored is None:
                raise Refused(reasons)
            return Receipt(stored, reference(stored))
    except IntegrityError:  # the same key arrived twice at once: the other one stored it
        earlier = _earlier(sent)
        if earlier is None:
            raise
        return earlier


def _version(number: int, now: datetime) -> Version:
    current = versions.current(now)
    if current is None:
        raise Refused((rules.Reason("unknown-version", "notice_version", "no policy is published yet"),))
    if number != current.number:
        superseded = any(version.number == number for version in versions.all())
        code = "superseded-version" if superseded else "unknown-version"
        words = f"the notice in force is version {current.number}; show it and send again"
        raise Refused((rules.Reason(code, "notice_version", words),))
    return current


def _earlier(sent: _Sent) -> Receipt | None:
    """The receipt of an earlier submission under this key. Raises Refused if that one had another body."""
    if not sent.submission.touchpoint.isprintable():
        return None  # no touchpoint is called so, and the database cannot be asked for such a name
    found = Submission.objects.filter(touchpoint=sent.submission.touchpoint, key=sent.key).first()
    if found is None:
        return None
    if not hmac.compare_digest(bytes(found.body), _body_hash(sent)):
        words = "this idempotency key was used for another submission; send each with a key of its own"
        raise Refused((rules.Reason("key-reused", "idempotency_key", words),))
    return Receipt(found.id, reference(found.id), again=True)


def _body_hash(sent: _Sent) -> bytes:
    what = sent.submission
    body = [sorted(what.values.items()), sorted(what.agreed), what.of_age, sent.notice_version, sent.language]
    return hmac.digest(ground.secret("submissions"), json.dumps(body).encode(), hashlib.sha256)


def _identifiers(policy: Policy, judgement: rules.Judgement) -> Identifiers:
    """By what the person is known, out of what will be stored. Raises Refused if by nothing, or not by this."""
    values = {item: text for row in judgement.rows for item, text in row.values.items()}
    found: dict[str, list[str]] = {}
    wrong = []
    for item, text in values.items():
        kind = policy.data[item].identifies
        if kind is None:
            continue
        try:
            normalise(kind, text)
        except NotAnIdentifier:
            wrong.append(rules.Reason("wrong-format", item, f"{policy.data[item].label} cannot exist in this form"))
        found.setdefault(kind, []).append(text)
    if wrong:
        raise Refused(tuple(wrong))
    if not found:
        raise Refused((rules.Reason("no-identifier", "", "nothing says whose data this is: give an e-mail address"),))
    return Identifiers(**{kind: tuple(seen) for kind, seen in found.items()})
