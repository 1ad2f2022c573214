"""Is a submission taken? Declared items only, and every reason at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from troth.collection.rules.asked import asked, consent_purposes, needs_consent
from troth.collection.rules.formats import fault
from troth.policy.model import Policy, Row, Touchpoint
from troth.policy.permits import STORE, PersonState, permits

NAME_SHOWN = 64
"""Characters of a name that is not ours which are sent back."""


@dataclass(frozen=True)
class Reason:
    """Why a submission is refused: a code, the field it is about, and words for the sender, never a value.

    `field`: an item id, `agreed.<row id>`, `of_age`, `notice_version`, `idempotency_key`; empty: the whole. A name that
    the policy does not know is cut and stripped of what cannot be printed.
    """

    code: str
    field: str
    message: str


@dataclass(frozen=True, repr=False)
class Submission:
    """What someone sent: `values` by item id, `agreed` the ids of rows they ticked, `of_age` as attested."""

    touchpoint: str
    values: Mapping[str, str]
    agreed: frozenset[str] = frozenset()
    of_age: bool = False


@dataclass(frozen=True, repr=False)
class RowTaken:
    """A row that takes part in an accepted submission, with the values it covers."""

    row: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """A consent decision made on the form: given or refused, for the purposes of one row."""

    row: str
    purposes: tuple[str, ...]
    given: bool


@dataclass(frozen=True)
class Judgement:
    """`reasons` empty means accepted; then `rows` are stored and `choices` go to the consent ledger."""

    reasons: tuple[Reason, ...]
    rows: tuple[RowTaken, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, repr=False)
class _Case:
    policy: Policy
    id: str
    touchpoint: Touchpoint
    asked: tuple[str, ...]
    values: Mapping[str, str]
    agreed: frozenset[str]
    of_age: bool

    def label(self, item: str) -> str:
        """The item's label in the first row that has it."""
        row = next(row for row in self.touchpoint.rows if item in row.item_ids)
        return self.policy.item_label(self.id, row.id, item)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that take part: all but the marketing ones that were not ticked."""
        return tuple(row for row in self.touchpoint.rows if not row.marketing or row.id in self.agreed)


def judge(policy: Policy, submission: Submission, at: datetime, known: PersonState | None = None) -> Judgement:
    """Judge a submission against the policy; every reason is given, not the first.

    `known`: what is held about the person who sends it, if they are known already.
    """
    touchpoint = policy.touchpoints.get(submission.touchpoint)
    if touchpoint is None:
        return Judgement((_unknown_touchpoint(policy, submission.touchpoint),))
    case = _Case(
        policy=policy,
        id=submission.touchpoint,
        touchpoint=touchpoint,
        asked=asked(policy, touchpoint),
        values={name: text for name, value in submission.values.items() if (text := clean(value))},
        agreed=submission.agreed,
        of_age=submission.of_age,
    )
    found = (*_undeclared(case), *_missing(case), *_ill_formed(case), *_wrong_ticks(case), *_age(case))
    if found:
        return Judgement(found)
    choices = tuple(Choice(r.id, p, r.id in case.agreed) for r in touchpoint.rows if (p := consent_purposes(r)))
    rows = tuple(RowTaken(row.id, covered) for row in case.rows if (covered := _covered(case, row)))
    return Judgement(tuple(_denied(case, rows, choices, at, known or PersonState())), rows, choices)


def clean(value: str) -> str:
    """A value as it is judged and stored: no white space around, one spelling of line breaks."""
    return value.replace("\r\n", "\n").strip()


def shown(name: str) -> str:
    """A name that came from outside, fit to be sent back: printable and cut."""
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name[: NAME_SHOWN + 1])
    return plain if len(name) <= NAME_SHOWN else plain[:NAME_SHOWN] + "…"


def _unknown_touchpoint(policy: Policy, name: str) -> Reason:
    return Reason("unknown-touchpoint", "", f"the policy has no such touchpoint{_meant(name, policy.touchpoints)}")


def _meant(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    near = get_close_matches(name[:NAME_SHOWN], known, 1)
    return f"; did you mean `{near[0]}`" if near else ""


def _undeclared(case: _Case) -> Iterator[Reason]:
    for name in case.values:
        if name not in case.asked:
            yield Reason(
                "not-declared", shown(name), f"the policy does not declare this item here{_meant(name, case.asked)}"
            )


def _missing(case: _Case) -> Iterator[Reason]:
    wanted = dict.fromkeys(i.item for row in case.rows for i in row.items if i.required)
    for item in wanted:
        if item in case.asked and item not in case.values:
            yield Reason("missing", item, f"{case.label(item)} is needed")
    for row in case.rows:
        if row.id in case.agreed and not _covered(case, row) and not any(i.required for i in row.items):
            yield Reason("missing", f"agreed.{row.id}", "none of the data this is about was given")


def _ill_formed(case: _Case) -> Iterator[Reason]:
    for name, text in case.values.items():
        wrong = fault(case.policy.data[name], case.label(name), text) if name in case.asked else None
        if wrong:
            yield Reason(wrong[0], name, wrong[1])


def _wrong_ticks(case: _Case) -> Iterator[Reason]:
    """Ticks for rows that ask none, and no tick where nothing at all can be done without consent."""
    offered = {row.id for row in case.touchpoint.rows if consent_purposes(row)}
    for tick in sorted(case.agreed - offered):
        yield Reason("not-asked", f"agreed.{shown(tick)}", "nothing of that name is asked here")
    for row in case.touchpoint.rows:
        if needs_consent(row) and row.id not in case.agreed:
            words = "we may do nothing with these data unless you agree"
            yield Reason("consent-needed", f"agreed.{row.id}", words)


def _age(case: _Case) -> Iterator[Reason]:
    if case.policy.children and case.touchpoint.asks_age and not case.of_age:
        years = case.policy.children.minimum_age
        yield Reason("under-age", "of_age", f"confirm that you are {years} or older, or that a guardian is with you")


def _covered(case: _Case, row: Row) -> dict[str, str]:
    return {i.item: case.values[i.item] for i in row.items if i.item in case.values}


def _denied(
    case: _Case, rows: tuple[RowTaken, ...], choices: tuple[Choice, ...], at: datetime, known: PersonState
) -> Iterator[Reason]:
    """Ask the gate of each row whether it may be kept, with the person as they are after this submission."""
    said = {(case.id, p): "given" if choice.given else "refused" for choice in choices for p in choice.purposes}
    age = "adult" if case.of_age and known.age is None else known.age
    person = replace(known, age=age, consents={**known.consents, **said}, recorded_at=at)
    for row in rows:
        decision = permits(
            case.policy, touchpoint=case.id, items=frozenset(row.values), purpose=STORE, person=person, at=at
        )
        if not decision.allowed:
            yield Reason(decision.code or "no-basis", f"agreed.{row.row}", decision.reason)
