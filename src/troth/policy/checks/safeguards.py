"""The mechanisms of transfers in time: dated, assessed, in force for a while yet."""

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil

from troth.law.adequacy import CLAUSES_SINCE, OLD_CLAUSES_UNTIL, adequate, free
from troth.policy.checks.looks import gathered, listed
from troth.policy.checks.registry import Finding, check
from troth.policy.model import Mechanism, Policy, Recipient
from troth.policy.periods import days

CHAPTER = "GDPR Art. 44, 46, 13(1)(f)"
CONTRACTS = frozenset({"scc", "bcr", "intra-group"})
AHEAD = 90
"""Days before its end from which a mechanism is spoken of: time to sign another."""


def _contracts(policy: Policy) -> Iterator[tuple[str, str, Recipient, Mechanism]]:
    """Mechanisms that are contracts, for countries that need one: path, recipient's id, recipient, mechanism."""
    for rid, recipient in policy.recipients.items():
        for i, mechanism in enumerate(recipient.mechanisms):
            if mechanism.kind in CONTRACTS and not free(mechanism.country, policy.controller.country):
                yield f"recipients.{rid}.mechanisms.{i}", rid, recipient, mechanism


@check("T-0349", "error", "a mechanism begins before it ends", article=CHAPTER)
def begins_first(policy: Policy, day: date) -> Iterator[Finding]:
    for rid, recipient in policy.recipients.items():
        for i, mechanism in enumerate(recipient.mechanisms):
            if mechanism.since and mechanism.until and mechanism.until < mechanism.since:
                message = f"it ends on {mechanism.until}, before it begins on {mechanism.since}"
                yield Finding(f"recipients.{rid}.mechanisms.{i}.until", message, "one of the two days is wrong")


@check("T-0350", "warning", "a transfer contract has a day", article=CHAPTER, needs=("controller", "recipients"))
def contract_dated(policy: Policy, day: date) -> Iterator[Finding]:
    undated = list(dict.fromkeys(rid for _, rid, _, m in _contracts(policy) if m.since is None))
    if undated:
        message = f"nothing says since when the transfer clauses with {listed(undated)} are signed"
        yield Finding(gathered("recipients", undated), message, "add `since:` to the mechanism")


@check("T-0351", "error", "clauses are those in force", article="(EU) 2021/914 Art. 4(4)", needs=("effective",))
def clauses_new(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, recipient, mechanism in _contracts(policy):
        old = mechanism.since is not None and mechanism.since < CLAUSES_SINCE
        if mechanism.kind == "scc" and old and day > OLD_CLAUSES_UNTIL:
            message = f"clauses signed with {recipient.name} before {CLAUSES_SINCE} ended on {OLD_CLAUSES_UNTIL}"
            yield Finding(f"{at}.since", message, "sign those of 2021, and give their day")


@check("T-0352", "warning", "a mechanism holds for a while yet", article=CHAPTER, needs=("controller", "effective"))
def holds_yet(policy: Policy, day: date) -> Iterator[Finding]:
    soon = day + timedelta(days=AHEAD)
    for rid, recipient in policy.recipients.items():
        for i, mechanism in enumerate(recipient.mechanisms):
            last = _last(mechanism, day)
            others = [m for m in recipient.mechanisms if m is not mechanism and m.country == mechanism.country]
            if last and day <= last < soon and not any(_reaches(m, day, soon) for m in others):
                message = f"the mechanism for {recipient.name} in `{mechanism.country}` ends on {last}"
                help = "renew it, or add the one that follows: from the day after, nothing may go there"
                yield Finding(f"recipients.{rid}.mechanisms.{i}", message, help)


def _last(mechanism: Mechanism, day: date) -> date | None:
    decision = adequate(mechanism.country, day) if mechanism.kind == "adequacy" else None
    ends = [end for end in (mechanism.until, decision.until if decision else None) if end]
    return min(ends, default=None)


def _reaches(mechanism: Mechanism, day: date, soon: date) -> bool:
    last = _last(mechanism, day)
    return last is None or last >= soon


@check(
    "T-0353",
    "warning",
    "transfers are assessed as promised",
    article="GDPR Art. 46(1); CJEU C-311/18",
    needs=("controller", "recipients", "transfers"),
)
def assessed_once(policy: Policy, day: date) -> Iterator[Finding]:
    for tid, _, kinds in _promises(policy):
        missing = list(dict.fromkeys(rid for _, rid, _, m in _contracts(policy) if m.kind in kinds and not m.assessed))
        if missing:
            message = f"assessments are promised, and none has a day for {listed(missing)}"
            yield Finding(f"transfers.terms.{tid}.assessment_review", message, "add `assessed:` to the mechanism")


@check(
    "T-0354",
    "error",
    "an assessment is no older than promised",
    article="GDPR Art. 46(1); CJEU C-311/18",
    needs=("controller", "transfers", "effective"),
)
def assessed_lately(policy: Policy, day: date) -> Iterator[Finding]:
    for at, _, recipient, mechanism in _contracts(policy):
        periods = [period for _, period, kinds in _promises(policy) if mechanism.kind in kinds]
        oldest = max((day - timedelta(days=ceil(days(period))) for period in periods), default=None)
        if oldest and mechanism.assessed and mechanism.assessed < oldest:
            message = f"the transfer to {recipient.name} was last assessed on {mechanism.assessed}, too long ago"
            yield Finding(f"{at}.assessed", message, f"`{periods[0]}` is promised: assess it again")


def _promises(policy: Policy) -> list[tuple[str, str, tuple[str, ...]]]:
    """Terms that promise assessments: id, interval, kinds of mechanisms."""
    terms = policy.transfers.terms.items() if policy.transfers else ()
    return [(tid, term.assessment_review, term.mechanisms) for tid, term in terms if term.assessment_review]


@check("T-0355", "warning", "storage says in which countries", article="GDPR Art. 13(1)(f)", needs=("storage",))
def storage_countries(policy: Policy, day: date) -> Iterator[Finding]:
    for i, storage in enumerate(policy.storage):
        if not storage.countries:
            message = f"nothing says in which countries `{storage.recipient}` keeps data"
            yield Finding(f"storage.{i}", message, "add `countries:`")


@check(
    "T-0356",
    "error",
    "Swiss data goes to the United States on Swiss ground",
    article="FADP Art. 16",
    needs=("regimes", "controller"),
)
def swiss_ground(policy: Policy, day: date) -> Iterator[Finding]:
    for rid, recipient in policy.recipients.items() if "swiss-fadp" in policy.regimes else ():
        for i, mechanism in enumerate(recipient.mechanisms):
            kinds = {m.kind for m in recipient.mechanisms if m.country == mechanism.country}
            if mechanism.kind == "eu-us-dpf" and not kinds & {"swiss-us-dpf", *CONTRACTS}:
                message = f"{recipient.name} holds the certificate for data from the Union, not from Switzerland"
                yield Finding(f"recipients.{rid}.mechanisms.{i}.kind", message, "add `swiss-us-dpf`, or clauses")
