"""What `permits` needs of a policy, worked out once per question: the rows that answer, and what binds them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from weakref import ref

from troth.law.adequacy import free
from troth.policy.decision import STORE, Decision
from troth.policy.model import Mechanism, Policy, Purpose, Row, SecondaryPurpose, Touchpoint
from troth.policy.needs import OPPOSABLE, holds, needed

MOST_ANSWERS = 4096
"""Questions kept per policy; the rooms ask a few hundred different ones."""

RIGHTS = {"erased": "erasure", "restricted": "restriction", "objected": "objection"}

Question = tuple[str, frozenset[str], str, str | None]


@dataclass(frozen=True, slots=True)
class Use:
    """A purpose asked about, and what it relies on."""

    purpose: str
    marketing: bool
    consent: bool
    interest: bool


@dataclass(slots=True)
class Candidate:
    """A row that covers the question. `transfers`: (country, its mechanisms), for countries that need one."""

    touchpoint: str
    row: str
    path: str
    purpose: str
    uses: tuple[Use, ...]
    consent_only: bool
    claims: bool
    asks_age: bool
    minimum_age: int
    recipient: str | None
    transfers: tuple[tuple[str, tuple[Mechanism, ...]], ...]
    never: str | None
    rights: Mapping[str, str]
    allowed: Decision
    day: tuple[date | None, bool] = (None, False)

    def transferable(self, day: date) -> bool:
        """True if every country that needs a mechanism has one in force; the last day asked about is kept."""
        last, lawful = self.day
        if last != day:
            lawful = self._lapsed(day) is None
            self.day = (day, lawful)
        return lawful

    def untransferable(self, day: date) -> str:
        return f"no transfer mechanism for {self._lapsed(day)} is in force on {day}"

    def _lapsed(self, day: date) -> str | None:
        return next((c for c, given in self.transfers if not any(holds(m, day) for m in given)), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows that cover a question; `undeclared` is what to say if there is none."""

    candidates: tuple[Candidate, ...]
    undeclared: Decision


class Index:
    """Answers by question. Holds no reference to its policy, so that both go together."""

    def __init__(self, policy: Policy) -> None:
        self._policy = ref(policy)
        self._answers: dict[Question, Answer] = {}

    def answer(self, touchpoint: str, items: frozenset[str], purpose: str, recipient: str | None) -> Answer:
        question = (touchpoint, items, purpose, recipient)
        kept = self._answers.get(question)
        if kept is not None:
            return kept
        policy = self._policy()
        if policy is None:
            raise ReferenceError("the policy of this index is gone")
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        return self._answers.setdefault(question, _answer(policy, question))


_INDEXES: dict[int, tuple["ref[Policy]", Index]] = {}


def index(policy: Policy) -> Index:
    """The index of a policy, made at the first question. By identity: comparing whole policies would be slow."""
    kept = _INDEXES.get(id(policy))
    if kept is not None and kept[0]() is policy:
        return kept[1]
    key, made = id(policy), Index(policy)
    _INDEXES[key] = (ref(policy, lambda _: _INDEXES.pop(key, None)), made)
    return made


def _answer(policy: Policy, question: Question) -> Answer:
    tid, items, purpose, recipient = question
    touchpoint = policy.touchpoints.get(tid)
    if touchpoint is None:
        return Answer((), _undeclared(f"no touchpoint is called `{tid}`", None))
    found = tuple(_candidates(policy, touchpoint, question))
    return Answer(found, _undeclared(_why(touchpoint, items, purpose, recipient), f"touchpoints.{tid}"))


def _undeclared(reason: str, clause: str | None) -> Decision:
    return Decision(False, "not-declared", None, reason, clause)


def _why(touchpoint: Touchpoint, items: frozenset[str], purpose: str, recipient: str | None) -> str:
    listed = ", ".join(f"`{item}`" for item in sorted(items)) or "nothing"
    to = f" to `{recipient}`" if recipient else ""
    return f"no row of `{touchpoint.title}` declares {listed} for `{purpose}`{to}"


def _candidates(policy: Policy, touchpoint: Touchpoint, question: Question) -> Iterator[Candidate]:
    tid, items, purpose, recipient = question
    for number, row in enumerate(touchpoint.rows):
        uses = _uses(policy, row, items, purpose)
        if not items or not items <= row.item_ids or not uses or not _receives(policy, row, items, recipient):
            continue
        path = f"touchpoints.{tid}.rows.{number}"
        yield Candidate(
            touchpoint=tid,
            row=row.id,
            path=path,
            purpose=purpose,
            uses=uses,
            consent_only=all(use.consent for use in uses),
            claims=_claims(policy, row, purpose),
            asks_age=touchpoint.asks_age,
            minimum_age=policy.children.minimum_age if policy.children else 0,
            recipient=recipient,
            transfers=_transfers(policy, recipient),
            never=_never(policy, items, purpose, recipient),
            rights=_rights(policy),
            allowed=Decision(True, None, row.id, "declared, and nothing stands against it", path),
        )


def _uses(policy: Policy, row: Row, items: frozenset[str], purpose: str) -> tuple[Use, ...]:
    """The purposes a question is about: one of the row, a secondary one, or for STORE all of the row."""
    declared = [p for p in row.purposes if purpose in (p.purpose, STORE)]
    if declared:
        return tuple(_use(p.purpose, p.relies_on, policy.purposes.get(p.purpose), row.marketing) for p in declared)
    secondary = policy.secondary_purposes.get(purpose)
    if secondary is None or (secondary.items != "any" and not items <= set(secondary.items)):
        return ()
    return (_use(purpose, secondary.relies_on, secondary, False),)


def _use(name: str, relies_on: str, purpose: Purpose | SecondaryPurpose | None, marketing_row: bool) -> Use:
    marketing = marketing_row or getattr(purpose, "marketing", False)
    return Use(name, marketing, relies_on == "consent", relies_on in OPPOSABLE)


def _claims(policy: Policy, row: Row, purpose: str) -> bool:
    declared = next((p.relies_on for p in row.purposes if p.purpose == purpose), None)
    secondary = policy.secondary_purposes.get(purpose)
    return (declared or (secondary.relies_on if secondary else None)) == "legal claims"


def _receives(policy: Policy, row: Row, items: frozenset[str], recipient: str | None) -> bool:
    if recipient is None:
        return True
    return any(r.recipient == recipient and items <= needed(policy, row, r) for r in row.receivers)


def _transfers(policy: Policy, recipient: str | None) -> tuple[tuple[str, tuple[Mechanism, ...]], ...]:
    party = policy.recipients.get(recipient) if recipient else None
    if party is None:
        return ()
    abroad = (c for c in party.countries if not free(c, policy.controller.country))
    return tuple((c, tuple(m for m in party.mechanisms if m.country == c)) for c in abroad)


def _never(policy: Policy, items: frozenset[str], purpose: str, recipient: str | None) -> str | None:
    """The first negative promise that forbids it; an empty list of a promise means any, all empty means no gate."""
    for name, never in policy.never.items():
        if not (never.purposes or never.items or never.recipients):
            continue
        if never.purposes and purpose not in never.purposes:
            continue
        if never.items and items.isdisjoint(never.items):
            continue
        if never.recipients and recipient not in never.recipients:
            continue
        return name
    return None


def _rights(policy: Policy) -> dict[str, str]:
    """Code of a denial → path of the right behind it."""
    kinds = {right.kind: f"rights.{rid}" for rid, right in policy.rights.items()}
    return {code: kinds[kind] for code, kind in RIGHTS.items() if kind in kinds}
