"""Somebody agrees afresh, over their link, to what the policy in force means by it."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from troth.collection.rules import consent_digest, consent_purposes
from troth.consent import services as consent
from troth.evidence import services as evidence
from troth.people import queries as people_queries
from troth.people import services as people
from troth.policy.localise import source_language
from troth.publishing.asks import asks
from troth.sharing import services as sharing
from troth.versions.values import Version

HOW = "choices link"


@transaction.atomic
def agree(person_id: UUID, ask: str, *, version: int, now: datetime) -> bool:
    """Record consent to what `ask` (`Ask.name`) asks in `version`; False if that is not what is asked (any more).

    What the person gave for it before is taken over as a record of the version in force, with its days and recipients:
    they agreed to these. Raises people.PersonGone.
    """
    people.hold_still(person_id)
    current, asked = asks(person_id, now)
    found = next((one for one in asked if one.name == ask), None)
    if current is None or found is None or current.number != version:
        return False
    row = current.policy.touchpoints[found.touchpoint].row(found.row)
    consent.record_event(
        person_id=person_id,
        kind="given",
        touchpoint=found.touchpoint,
        purposes=consent_purposes(row),
        version_id=current.id,
        language=source_language(current.policy),
        text_digest=consent_digest(current.policy, found.touchpoint, found.row),
        how=HOW,
        now=now,
    )
    _take_over(person_id, current, found.touchpoint, found.row, now)
    return True


def _take_over(person_id: UUID, version: Version, touchpoint: str, row: str, now: datetime) -> None:
    """The latest record of the row once more, under the version agreed to; nothing where none is here any more."""
    declared = version.policy.touchpoints[touchpoint].row(row).item_ids
    given = [r for r in people_queries.records(person_id) if (r.touchpoint, r.row) == (touchpoint, row)]
    values = {item: text for item, text in (given[-1].values if given else {}).items() if item in declared}
    if not values:
        return
    submission = uuid4()
    record = people.store_record(
        person_id=person_id,
        version=version,
        touchpoint=touchpoint,
        row=row,
        values=values,
        submission_id=submission,
        now=now,
        source=HOW,
        language=given[-1].language,
        notice_digest=version.digest,
    )
    sharing.queue(record, person_id=person_id, version=version, touchpoint=touchpoint, row=row, now=now)
    evidence.append(
        "record.accepted",
        person=people_queries.pseudonym(person_id),
        facts={
            "submission": str(submission),
            "touchpoint": touchpoint,
            "version": version.number,
            "records": [str(record)],
            "rows": [row],
        },
        at=now,
    )
