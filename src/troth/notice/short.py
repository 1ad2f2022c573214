"""The short notice: who, what, what for, to whom, where, how long, which rights, whom to ask. One screen."""

from collections import Counter
from collections.abc import Iterable, Iterator

from troth.notice.hand import Hand, capital, key, mail, spread
from troth.notice.rows import brief
from troth.notice.values import Para, Run, Runs, Section, Term, Terms

KINDS = ("given", "free text", "file", "observed", "recording", "derived", "secret")
PURPOSES = 4
NAMES = 24
"""So many are named; of more, the first and how many others there are."""


def short(hand: Hand) -> Section:
    parts = (
        ("who", _who(hand)),
        ("what", _what(hand)),
        ("why", _why(hand)),
        ("whom", _whom(hand)),
        ("long", _long(hand)),
        ("rights", _rights(hand)),
        ("contact", _contact(hand)),
    )
    terms = (Term((hand.word(f"notice.short.{name}"),), (Para(runs),)) for name, runs in parts if runs)
    return Section("in_short", hand.words("notice.short"), (Terms(tuple(terms)),))


def _who(hand: Hand) -> Runs:
    controller = hand.policy.controller
    return hand.text(controller.name), Run(f", {hand.words.country(controller.country)}")


def _what(hand: Hand) -> Runs:
    used = {asked.item for t in hand.policy.touchpoints.values() for row in t.rows for asked in row.items}
    held = {item.kind for name, item in hand.policy.data.items() if name in used}
    kinds = (kind for kind in KINDS if kind in held)
    said = capital(hand.words.join(hand.words(f"notice.short.kind.{key(kind)}") for kind in kinds))
    count = len(hand.policy.touchpoints)
    return Run(f"{said}. "), hand.word("notice.short.situations", "", "#what_we_collect", count=count)


def _why(hand: Hand) -> Runs:
    """The purposes most often served, how many more there are, and what of it is marketing or profiling."""
    policy, w = hand.policy, hand.words
    uses = Counter(use.purpose for t in policy.touchpoints.values() for row in t.rows for use in row.purposes)
    labels = list(dict.fromkeys(policy.purposes[name].label for name, _ in uses.most_common()))
    runs = spread(((hand.text(label),) for label in labels[:PURPOSES]), "; ")
    if len(labels) > PURPOSES:
        runs += (Run(" "), hand.word("notice.short.more_purposes", count=len(labels) - PURPOSES))
    remarks = [w(f"notice.short.{name}") for name in _warnings(hand)]
    return (*runs, Run(". " + " ".join(remarks))) if labels else ()


def _warnings(hand: Hand) -> Iterator[str]:
    policy = hand.policy
    uses = [use for t in policy.touchpoints.values() for row in t.rows for use in row.purposes]
    marketing = {use.relies_on for use in uses if policy.purposes[use.purpose].marketing}
    if marketing:
        yield "marketing_if_agreed" if marketing == {"consent"} else "marketing_unless_objected"
    if any(policy.purposes[use.purpose].profiling for use in uses):
        yield "profiling"


def _whom(hand: Hand) -> Runs:
    recipients = hand.policy.recipients.values()
    if not recipients:
        return (hand.word("notice.nobody"),)
    countries = dict.fromkeys(country for each in recipients for country in each.countries)
    names = _up_to(hand, [recipient.name for recipient in recipients])
    where = hand.words("notice.short.where", countries=hand.words.join(map(hand.words.country, countries)))
    return (Run(f"{names}. "), *((Run(f"{where} "),) if countries else ()), _all(hand, "who_gets_it"))


def _long(hand: Hand) -> Runs:
    """The rules for all of a row, the most used first; then those for certain data, with its names."""
    general, certain = _kept(hand)
    said = _periods(hand, [rule for rule, _ in general.most_common()])
    for items, rules in certain.items():
        names = hand.words.join(hand.policy.data[item].label for item in items)
        said.append(f"{names}: {hand.words.join(_periods(hand, rules), 'or')}")
    return Run(f"{capital('; '.join(said))}. "), _all(hand, "how_long")


def _periods(hand: Hand, names: Iterable[str]) -> list[str]:
    """Each period once, `60 days`; what is kept until unneeded is one of them, however often it is looked at."""
    rules = [hand.policy.retention[name] for name in names]
    reviews = dict.fromkeys(hand.words.period(rule.review) for rule in rules if rule.review)
    unneeded = hand.words("notice.brief.unneeded", period=hand.words.join(reviews, "or")) if reviews else ""
    return list(dict.fromkeys(unneeded if rule.review else brief(rule, hand.words) for rule in rules))


def _kept(hand: Hand) -> tuple[Counter[str], dict[tuple[str, ...], list[str]]]:
    """Rule → rows it holds for as a whole; and data → the rules that hold for it alone."""
    general: Counter[str] = Counter()
    certain: dict[tuple[str, ...], list[str]] = {}
    for kept in (kept for t in hand.policy.touchpoints.values() for row in t.rows for kept in row.retention):
        if kept.items:
            certain.setdefault(tuple(kept.items), []).append(kept.rule)
        else:
            general[kept.rule] += 1
    return general, certain


def _rights(hand: Hand) -> Runs:
    rights = hand.policy.rights
    return spread((hand.text(right.label, "", f"#right_{name}"),) for name, right in rights.items())


def _contact(hand: Hand) -> Runs:
    contact, w = hand.policy.controller.contact, hand.words
    runs: Runs = (Run(contact, "", mail(contact)),)
    if hand.places.centre:
        runs += (Run(f" {w('notice.or')} "), Run(w("notice.centre"), "", hand.places.centre))
    return runs


def _all(hand: Hand, section: str) -> Run:
    return hand.word("notice.short.all", "", f"#{section}")


def _up_to(hand: Hand, names: Iterable[str]) -> str:
    known = list(names)
    if len(known) <= NAMES:
        return hand.words.join(known)
    return hand.words("notice.brief.more", items=", ".join(known[:NAMES]), count=len(known) - NAMES)
