"""May this happen? One pure function that every gate asks (semantics: the first denial, in the order of ORDER, wins).

What the parts of the question mean:

- *Covering rows.* A row of the touchpoint answers if it has all the items, the purpose and, where a recipient is
  named, that recipient with those items. If several do, one that allows wins; else the denial that comes first.
- *`purpose`* is a purpose of the row, a secondary purpose of the policy, or `STORE`: may this be kept? Storage is
  allowed while one purpose of the row still holds, and always under restriction (GDPR Art. 18(2)).
- *Unknown age* passes once the data is recorded (`recorded_at`): a touchpoint that asks, asked then and keeps no
  answer. Before that, a touchpoint that asks needs it.
- *Erased.* What was recorded up to the erasure is denied, and so is what has no day of record (an import). A fresh
  submission by the person, recorded after it, is a new start.
- *Restricted.* Passes: storage, purposes that rely on consent the person gives, and legal claims.
- *Bases.* Consent must be `given` for (touchpoint, purpose); no other basis steps in for it. The others hold unless the
  person objected: against marketing always, against a legitimate or public interest unless compelling
  grounds are recorded.
- *Transfer.* Each country of the recipient outside the EEA and the controller's own needs a mechanism in force on
  the day of `at` (UTC); one that claims adequacy must have a decision in force.
"""

from datetime import UTC, datetime

from troth.policy.decision import ORDER, STORE, Decision, PersonState
from troth.policy.model import Policy
from troth.policy.needs import needed
from troth.policy.permits_index import Candidate, Use, index

__all__ = ["ORDER", "STORE", "Decision", "PersonState", "needed", "permits"]

RANK = {code: rank for rank, code in enumerate(ORDER)}


def permits(
    policy: Policy,
    *,
    touchpoint: str,
    items: frozenset[str],
    purpose: str,
    recipient: str | None = None,
    person: PersonState,
    at: datetime,
) -> Decision:
    """May `items` of a person, taken at `touchpoint`, serve `purpose` (and go to `recipient`) at the moment `at`?

    Names the policy does not know are answered `not-declared`. `at` is aware. Takes microseconds; no I/O, no clock.
    """
    answer = index(policy).answer(touchpoint, items, purpose, recipient)
    first: tuple[int, Candidate, str] | None = None
    for candidate in answer.candidates:
        code = _denial(candidate, person, at)
        if code is None:
            return candidate.allowed
        if first is None or RANK[code] < first[0]:
            first = RANK[code], candidate, code
    if first is None:
        return answer.undeclared
    return _denied(first[1], first[2], person, at)


def _denial(candidate: Candidate, person: PersonState, at: datetime) -> str | None:
    """The code of the first rule that denies. INVARIANT: the rules stand in the order of ORDER."""
    if person.age != "adult" and candidate.minimum_age and _under_age(candidate, person):
        return "under-age"
    if person.erased_at and (person.recorded_at is None or person.recorded_at <= person.erased_at):
        return "erased"
    if person.restricted and not _passes_restriction(candidate, person):
        return "restricted"
    if person.objected or candidate.consent_only:
        code = _ground(candidate, person)
        if code and not (person.restricted and candidate.purpose == STORE):
            return code
    if candidate.transfers and not candidate.transferable(at.astimezone(UTC).date()):
        return "no-transfer"
    return "never" if candidate.never else None


def _under_age(candidate: Candidate, person: PersonState) -> bool:
    return person.age == "minor" or (candidate.asks_age and person.recorded_at is None)


def _passes_restriction(candidate: Candidate, person: PersonState) -> bool:
    if candidate.purpose == STORE or candidate.claims:
        return True
    return candidate.consent_only and _ground(candidate, person) is None


def _ground(candidate: Candidate, person: PersonState) -> str | None:
    """None if one of the uses asked about holds; else why none does."""
    codes = set()
    for use in candidate.uses:
        if use.purpose in person.objected and _heard(use, person):
            codes.add("objected")
        elif use.consent and person.consents.get((candidate.touchpoint, use.purpose)) != "given":
            codes.add("no-basis")
        else:
            return None
    return "objected" if "objected" in codes else "no-basis"


def _heard(use: Use, person: PersonState) -> bool:
    """GDPR Art. 21(2) and (3): against direct marketing always; 21(1): unless compelling grounds are shown."""
    return use.marketing or (use.interest and use.purpose not in person.compelling)


def _denied(candidate: Candidate, code: str, person: PersonState, at: datetime) -> Decision:
    purpose = f"`{candidate.purpose}`"
    minor = f"the person is under {candidate.minimum_age}"
    unknown = "the touchpoint asks for an attestation of age, and there is none"
    reason, clause = {
        "under-age": (minor if person.age == "minor" else unknown, "children"),
        "erased": ("the data was erased at the person's request", "rights"),
        "restricted": (f"processing is restricted, and {purpose} is no exception", "rights"),
        "objected": (f"the person objected to {purpose}", "rights"),
        "no-basis": (f"{purpose} relies on consent, which is not given", candidate.path),
        "no-transfer": (candidate.untransferable(at.astimezone(UTC).date()), f"recipients.{candidate.recipient}"),
        "never": (f"the negative promise `{candidate.never}` forbids it", f"never.{candidate.never}"),
    }[code]
    if clause == "rights":
        clause = candidate.rights.get(code, candidate.path)
    return Decision(False, code, candidate.row, reason, clause)
