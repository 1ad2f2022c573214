"""What a submission may hold: declared items only, every reason at once. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from troth.policy.model import Item, Policy, Row, Touchpoint
from troth.policy.permits import PersonState, permits

LONGEST = {"long text": 5_000, "list": 5_000, "url": 2_000}
LONGEST_OTHER = 320
NOT_TYPED = ("file",)  # uploads have no intake yet; the form says so
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
PATTERNS = {
    "email": (
        re.compile(r"[^@\s\"<>(),;:\\]{1,64}@[^@\s.]+(\.[^@\s.]+)+"),
        "an e-mail address such as name@example.com",
    ),
    "phone": (re.compile(r"\+?[\d\s().\-/]{5,30}(\s?(x|ext\.?)\s?\d{1,6})?"), "a phone number such as +49 30 123456"),
    "url": (re.compile(r"https?://[^\s/]+\.[^\s]+"), "an address such as https://example.com"),
}


@dataclass(frozen=True)
class Reason:
    """Why a submission is refused: a code, the field it is about (empty: the whole), and words for the sender."""

    code: str
    field: str
    message: str


@dataclass(frozen=True)
class Submission:
    """What someone sent: `values` by item id, `agreed` the ids of rows they ticked, `of_age` as attested."""

    touchpoint: str
    values: Mapping[str, str]
    agreed: frozenset[str] = frozenset()
    of_age: bool = False


@dataclass(frozen=True)
class RowTaken:
    """A row that takes part in an accepted submission, with the values it covers."""

    row: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Choice:
    """A consent decision made on the form: `given` or `refused`, for the purposes of one row."""

    row: str
    purposes: tuple[str, ...]
    given: bool


@dataclass(frozen=True)
class Judgement:
    """`reasons` empty means accepted; then `rows` are stored and `choices` go to the consent ledger."""

    reasons: tuple[Reason, ...]
    rows: tuple[RowTaken, ...] = ()
    choices: tuple[Choice, ...] = ()


def asked(policy: Policy, touchpoint: Touchpoint) -> tuple[str, ...]:
    """Item ids a form of this touchpoint asks for, in the order of its rows, files excepted."""
    ids = dict.fromkeys(item.item for row in touchpoint.rows for item in row.items)
    return tuple(i for i in ids if policy.data[i].format not in NOT_TYPED and policy.data[i].kind in ASKED_KINDS)


ASKED_KINDS = ("given", "free text", "secret")


def consent_purposes(row: Row) -> tuple[str, ...]:
    """The purposes of a row that rely on consent: they need a tick of their own."""
    return tuple(p.purpose for p in row.purposes if p.relies_on == "consent")


def judge(policy: Policy, submission: Submission, at: datetime) -> Judgement:
    """Judge a submission against the policy; every reason is given, not the first."""
    touchpoint = policy.touchpoints.get(submission.touchpoint)
    if touchpoint is None:
        return Judgement((_unknown_touchpoint(policy, submission.touchpoint),))
    values = {key: text for key, value in submission.values.items() if (text := value.strip())}
    reasons = [
        *_undeclared(policy, touchpoint, values),
        *_missing(policy, touchpoint, values, submission.agreed),
        *_ill_formed(policy, touchpoint, values),
        *_wrong_ticks(touchpoint, submission.agreed),
        *_age(policy, touchpoint, of_age=submission.of_age),
    ]
    if reasons:
        return Judgement(tuple(reasons))
    choices = _choices(touchpoint, submission.agreed)
    rows, refused = _rows(
        policy=policy, submission=submission, touchpoint=touchpoint, values=values, choices=choices, at=at
    )
    return Judgement(tuple(refused), tuple(rows), choices)


def _unknown_touchpoint(policy: Policy, name: str) -> Reason:
    near = get_close_matches(name, policy.touchpoints, 1)
    hint = f"; did you mean `{near[0]}`" if near else ""
    return Reason("unknown-touchpoint", "", f"the policy has no such touchpoint{hint}")


def _undeclared(policy: Policy, touchpoint: Touchpoint, values: Mapping[str, str]) -> list[Reason]:
    known = asked(policy, touchpoint)
    found = []
    for field in values:
        if field not in known:
            near = get_close_matches(field, known, 1)
            hint = f"; did you mean `{near[0]}`" if near else ""
            found.append(Reason("not-declared", field, f"the policy does not declare this item here{hint}"))
    return found


def _missing(
    policy: Policy, touchpoint: Touchpoint, values: Mapping[str, str], agreed: Collection[str]
) -> list[Reason]:
    wanted = dict.fromkeys(
        item.item
        for row in touchpoint.rows
        if not row.marketing or row.id in agreed
        for item in row.items
        if item.required
    )
    askable = asked(policy, touchpoint)
    return [
        Reason("missing", i, f"{policy.data[i].label} is needed") for i in wanted if i in askable and i not in values
    ]


def _ill_formed(policy: Policy, touchpoint: Touchpoint, values: Mapping[str, str]) -> list[Reason]:
    known = asked(policy, touchpoint)
    return [r for key, text in values.items() if key in known and (r := _ill(key, policy.data[key], text))]


def _ill(field: str, item: Item, text: str) -> Reason | None:
    longest = LONGEST.get(item.format, LONGEST_OTHER)
    if len(text) > longest:
        return Reason("too-long", field, f"{item.label} has {len(text)} characters; at most {longest} are taken")
    if CONTROL.search(text) or (item.format not in LONGEST and "\n" in text):
        return Reason("wrong-format", field, f"{item.label} holds characters that cannot be typed")
    pattern, such = PATTERNS.get(item.format, (None, ""))
    if pattern and not pattern.fullmatch(text):
        return Reason("wrong-format", field, f"{item.label} must be {such}")
    return None


def _wrong_ticks(touchpoint: Touchpoint, agreed: Collection[str]) -> list[Reason]:
    """Ticks for rows that ask none, and no tick where nothing at all can be done without consent."""
    offered = {row.id for row in touchpoint.rows if consent_purposes(row)}
    stray = [Reason("not-asked", tick, "nothing of that name is asked here") for tick in sorted(set(agreed) - offered)]
    needed = [
        Reason("consent-needed", row.id, "without your agreement nothing may be done with these data")
        for row in touchpoint.rows
        if not row.marketing and row.id not in agreed and len(consent_purposes(row)) == len(row.purposes)
    ]
    return stray + needed


def _age(policy: Policy, touchpoint: Touchpoint, *, of_age: bool) -> list[Reason]:
    if policy.children is None or not touchpoint.asks_age or of_age:
        return []
    years = policy.children.minimum_age
    return [Reason("under-age", "of-age", f"please confirm that you are {years} or older, or ask a guardian")]


def _choices(touchpoint: Touchpoint, agreed: Collection[str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(row.id, purposes, row.id in agreed) for row in touchpoint.rows if (purposes := consent_purposes(row))
    )


def _rows(
    *,
    policy: Policy,
    submission: Submission,
    touchpoint: Touchpoint,
    values: Mapping[str, str],
    choices: tuple[Choice, ...],
    at: datetime,
) -> tuple[list[RowTaken], list[Reason]]:
    """The rows that take part, each asked of the gate for the purposes that can hold."""
    consents = {
        (submission.touchpoint, purpose): "given" if choice.given else "refused"
        for choice in choices
        for purpose in choice.purposes
    }
    person = PersonState(age="adult" if submission.of_age else None, consents=consents, recorded_at=at)
    taken, refused = [], []
    for row in touchpoint.rows:
        if row.marketing and row.id not in submission.agreed:
            continue
        covered = {i.item: values[i.item] for i in row.items if i.item in values}
        if not covered:
            continue
        decisions = [
            permits(
                policy,
                touchpoint=submission.touchpoint,
                items=frozenset(covered),
                purpose=purpose.purpose,
                recipient=None,
                person=person,
                at=at,
            )
            for purpose in row.purposes
        ]
        if any(decision.allowed for decision in decisions):
            taken.append(RowTaken(row.id, covered))
        else:
            refused.append(Reason(decisions[0].code or "no-basis", row.id, decisions[0].reason))
    return taken, refused
