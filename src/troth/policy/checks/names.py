"""Every name resolves; within a row items, recipients and retention fit each other."""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping

from troth.policy import mechanisms
from troth.policy.checks.references import references
from troth.policy.checks.registry import rows
from troth.policy.decision import STORE
from troth.policy.model import Policy, Row
from troth.policy.problems import Problem, did_you_mean

KINDS: Mapping[str, tuple[str, str]] = {
    "data": ("T-0201", "data item"),
    "purposes": ("T-0202", "purpose"),
    "any purposes": ("T-0202", "purpose"),
    "recipients": ("T-0203", "recipient"),
    "retention": ("T-0204", "retention rule"),
    "groups": ("T-0205", "group"),
    "sites": ("T-0206", "site"),
    "touchpoints": ("T-0207", "touchpoint"),
    "assumptions": ("T-0208", "assumption"),
    "balancing_tests": ("T-0212", "balancing test"),
    "executors": ("T-0209", "mechanism"),
    "checks": ("T-0210", "promise check"),
}
SECTIONS = ("data", "purposes", "secondary_purposes", "recipients", "retention", "groups", "sites", "touchpoints")


def names(
    policy: Policy, data: Mapping[str, object], connectors: Collection[str] | None, lost: Container[str]
) -> tuple[list[Problem], set[str]]:
    """Problems (places not yet set) and the sections that are named wrongly somewhere.

    `data`: the raw sections, so that a reference to a broken entry does not count as dangling; `lost`: names that
    files which could not be read may declare.
    """
    known = _known(data)
    silent = _unlisted(data)
    problems: list[Problem] = []
    wrong: set[str] = set()
    for path, kind, name in references(policy):
        if name not in known[kind] and name not in lost and kind not in silent:
            code, word = KINDS[kind]
            wrong.add("purposes" if kind == "any purposes" else kind)
            problems.append(
                Problem(code, "error", f"no {word} is called `{name}`", where=path, help=_help(name, kind, known))
            )
    for at, _, row in rows(policy):
        problems += _row(at, row)
    problems += _clauses(policy)
    problems += _purposes(policy)
    problems += _connectors(policy, connectors)
    return problems, wrong


def _unlisted(data: Mapping[str, object]) -> set[str]:
    """Kinds whose section is missing, or no mapping: that is told once, not at each of their names."""
    missing = {s for s in SECTIONS if s not in data and Policy.model_fields[s].is_required()}
    unfit = {s for s in data.keys() & {*SECTIONS, "assumptions", "balancing_tests"} if not isinstance(data[s], dict)}
    gone = missing | unfit
    return gone | {"any purposes"} if "purposes" in gone else gone


def _known(data: Mapping[str, object]) -> dict[str, list[str]]:
    def keys(section: str) -> list[str]:
        entries = data.get(section)
        return [str(key) for key in entries] if isinstance(entries, dict) else []

    known = {section: keys(section) for section in (*SECTIONS, "assumptions", "balancing_tests")}
    known["any purposes"] = known["purposes"] + known["secondary_purposes"]
    return known | {"executors": list(mechanisms.EXECUTORS), "checks": list(mechanisms.CHECKS)}


def _help(name: str, kind: str, known: Mapping[str, list[str]]) -> str:
    guess = did_you_mean(name, known[kind])
    if guess:
        return guess
    if kind in ("executors", "checks"):
        return f"write `not yet`, or one of {', '.join(f'`{k}`' for k in known[kind])}"
    return f"declare it under `{'purposes' if kind == 'any purposes' else kind}:`"


def _row(at: str, row: Row) -> Iterator[Problem]:
    yield from _twice(f"{at}.items", ".item", [i.item for i in row.items], "data item", "this row")
    alike = [p.purpose for p in dict.fromkeys(row.purposes)]  # on two bases, it is T-0311's
    if len(alike) < len(row.purposes) or len(set(alike)) == len(alike):
        yield from _twice(f"{at}.purposes", ".purpose", [p.purpose for p in row.purposes], "purpose", "this row")
    key = "assumed_recipients" if row.recipients is None else "recipients"
    receivers = row.receivers
    yield from _twice(f"{at}.{key}", ".recipient", [r.recipient for r in receivers], "recipient", "this row")
    for i, recipient in enumerate(receivers):
        who = f"`{recipient.recipient}` is to get"
        yield from _outside(f"{at}.{key}.{i}.items", recipient.items, row, who, "T-0221")
    for i, retention in enumerate(row.retention):
        yield from _outside(f"{at}.retention.{i}.items", retention.items, row, f"`{retention.rule}` keeps", "T-0222")
    yield from _kept_once(at, row)


def _twice(at: str, end: str, given: list[str], word: str, place: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for i, name in enumerate(given):
        if name in seen:
            yield Problem("T-0225", "error", f"the {word} `{name}` stands twice in {place}", where=f"{at}.{i}{end}")
        seen.add(name)


def _outside(at: str, items: Iterable[str], row: Row, who: str, code: str) -> Iterator[Problem]:
    for i, item in enumerate(items):
        if item not in row.item_ids:
            help = did_you_mean(item, row.item_ids) or "add it to the `items` of the row, or leave it out here"
            yield Problem(
                code, "error", f"{who} `{item}`, which this row does not collect", where=f"{at}.{i}", help=help
            )


def _kept_once(at: str, row: Row) -> Iterator[Problem]:
    """Each item of a row falls under exactly one retention rule."""
    rest = [i for i, rule in enumerate(row.retention) if not rule.items]
    named = Counter(item for rule in row.retention for item in rule.items)
    for i in rest[1:]:
        message = f"`{row.retention[i].rule}` and `{row.retention[rest[0]].rule}` both claim the items no rule names"
        yield Problem(
            "T-0224", "error", message, where=f"{at}.retention.{i}.rule", help="name the `items` of one of them"
        )
    for item, count in named.items():
        if count > 1 and item in row.item_ids:
            message = f"`{item}` falls under {count} retention rules"
            yield Problem("T-0224", "error", message, where=f"{at}.retention", help="leave it under one")
    unkept = [i.item for i in row.items if i.item not in named] if not rest else []
    if unkept:
        listed = ", ".join(f"`{item}`" for item in unkept)
        message = f"no retention rule of this row covers {listed}"
        yield Problem(
            "T-0223", "error", message, where=f"{at}.retention", help="add a rule without `items` for the rest"
        )


def _clauses(policy: Policy) -> Iterator[Problem]:
    seen: set[str] = set()
    for i, clause in enumerate(policy.clauses):
        if clause.id in seen:
            yield Problem("T-0226", "error", f"two clauses are called `{clause.id}`", where=f"clauses.{i}.id")
        seen.add(clause.id)
    for tid, touchpoint in policy.touchpoints.items():
        yield from _twice(
            f"touchpoints.{tid}.rows", ".id", [r.id for r in touchpoint.rows], "row", f"touchpoint `{tid}`"
        )


def _purposes(policy: Policy) -> Iterator[Problem]:
    for pid in policy.purposes:
        if pid == STORE:
            message = f"no purpose may be called `{pid}`: the word asks whether data may be kept at all"
            yield Problem("T-0227", "error", message, where=f"purposes.{pid}", help="choose another name")
    for pid in policy.secondary_purposes:
        if pid in policy.purposes or pid == STORE:
            message = f"`{pid}` is a purpose already"
            yield Problem("T-0227", "error", message, where=f"secondary_purposes.{pid}", help="choose another name")


def _connectors(policy: Policy, connectors: Collection[str] | None) -> Iterator[Problem]:
    if connectors is None:
        return
    for rid, recipient in policy.recipients.items():
        if recipient.connector and recipient.connector not in connectors:
            at = f"recipients.{rid}.connector"
            guess = did_you_mean(recipient.connector, connectors)
            help = f"{guess or ''} leave it out, and deliveries become tasks for staff".strip()
            yield Problem("T-0211", "error", f"no connector is called `{recipient.connector}`", where=at, help=help)
