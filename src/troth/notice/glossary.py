"""The words of the notice that are not everybody's, explained: only those that occur in it."""

from collections.abc import Callable
from typing import TypeAlias

from troth.notice.hand import Hand, capital, key
from troth.notice.values import Para, Run, Section, Term, Terms
from troth.policy.model import Policy

Occurs: TypeAlias = Callable[[Policy], object]


def _always(_: Policy) -> bool:
    return True


def _role(role: str) -> Occurs:
    return lambda policy: any(recipient.role == role for recipient in policy.recipients.values())


def _mechanism(*kinds: str) -> Occurs:
    return lambda policy: kinds_of(policy).intersection(kinds)


TERMS: dict[str, Occurs] = {
    "personal_data": _always,
    "controller": _always,
    "processor": lambda p: _role("processor")(p) or any(t.role == "processor" for t in p.touchpoints.values()),
    "joint_controller": _role("joint controller"),
    "recipient": lambda p: p.recipients,
    "purpose": _always,
    "legal_basis": _always,
    "special_category": lambda p: any(item.special for item in p.data.values()),
    "profiling": lambda p: any(purpose.profiling for purpose in p.purposes.values()),
    "marketing": lambda p: p.marketing_purposes,
    "cookie": lambda p: p.cookies,
    "adequacy": _mechanism("adequacy"),
    "scc": _mechanism("scc"),
    "dpf": _mechanism("eu-us-dpf", "swiss-us-dpf"),
    "gpc": lambda p: p.signals,
    "dnt": lambda p: p.signals,
    "anonymous": lambda p: p.anonymous,
    "authority": lambda p: any(right.kind == "complaint" for right in p.rights.values()),
    "gdpr": _always,
}
"""Term → does it occur in the notice of this policy?"""


def kinds_of(policy: Policy) -> set[str]:
    """Every mechanism that a transfer of the policy rests on."""
    kinds = {str(m.kind) for recipient in policy.recipients.values() for m in recipient.mechanisms}
    terms = policy.transfers.terms.values() if policy.transfers else ()
    kinds |= {str(kind) for term in terms for kind in term.mechanisms}
    return kinds | {str(mark) for company in policy.controller.group for mark in company.certificates}


def bases_of(policy: Policy) -> list[str]:
    """Every legal basis the notice names, in the order of first use."""
    rows = [row for touchpoint in policy.touchpoints.values() for row in touchpoint.rows]
    found = [basis for row in rows for use in row.purposes for basis in (use.relies_on, *row.purpose_bases(use))]
    found += [purpose.relies_on for purpose in policy.secondary_purposes.values()]
    found += [basis for ground in policy.sharing.values() for basis in ground.bases]
    found += [exception.basis for exception in policy.retention_exceptions.values()]
    return list(dict.fromkeys(str(basis) for basis in found))


def glossary(hand: Hand) -> Section:
    w = hand.words
    terms = [_term(hand, name) for name, occurs in TERMS.items() if occurs(hand.policy)]
    for basis in bases_of(hand.policy):
        title = (Run(capital(w.basis(basis))), Run(" "), Run(w.name("article", basis), "soft"))
        terms.append(Term(title, (Para((hand.word(f"notice.basis.{key(basis)}"),)),)))
    return Section("words_explained", w("notice.glossary"), (Terms(tuple(terms)),))


def _term(hand: Hand, name: str) -> Term:
    return Term((hand.word(f"notice.term.{name}"),), (Para((hand.word(f"notice.term.{name}.means"),)),))
