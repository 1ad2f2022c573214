"""Changes in plain words: what it is, why it is treated so, and whom it concerns.

The sentences speak to the person whose data it is. Labels stay as the policy has them: to tell a change in another
language throughout, compare the policies in that language (`localised`) and say it in the same one.
"""

from collections.abc import Callable, Mapping
from datetime import date

from troth.policy.difference.kinds import KINDS
from troth.policy.difference.values import Change, Class
from troth.policy.languages import Words, words
from troth.policy.model import Policy

UNNAMED = frozenset({"reworded", "reordered", "internal"})
"""Kinds that may be of the policy itself, which has no label of its own."""

NOT_YET = "not-yet"
"""The reason of what concerns only data that is yet to come."""

MOST_PLACES = 3
"""Touchpoints named before the rest is counted."""


def say(change: Change, language: str | Words = "en") -> str:
    """One sentence: `When you schedule a demo: Salesforce newly gets your data: Email Address.`"""
    w = words(language)
    unnamed = not change.words.get("name") and change.kind in UNNAMED
    key = f"changes.say-unnamed.{change.kind}" if unnamed else f"changes.say.{change.kind}"
    sentence = _ended(w(key, **_values(change, w)))
    if change.words.get("items"):
        sentence = w("changes.rule.items", sentence=sentence, items=change.words["items"])
    touchpoint, row = change.words.get("touchpoint"), change.words.get("row")
    if touchpoint and row and row not in sentence:
        return w("changes.at-row", touchpoint=touchpoint, row=row, sentence=sentence)
    if touchpoint and touchpoint not in sentence:
        return w("changes.at", touchpoint=touchpoint, sentence=sentence)
    return sentence


def why(change: Change, language: str | Words = "en") -> str:
    """Why the change is treated as it is, in one to three sentences."""
    w = words(language)
    return " ".join(w(f"changes.why.{reason}") for reason in _reasons(change))


def law(change: Change, language: str | Words = "en") -> str:
    """Where that stands: `GDPR Art. 13(3), 14(4), 6(4)`."""
    w = words(language)
    return "; ".join(w(f"changes.law.{reason}") for reason in _reasons(change))


def concerned(change: Change, policy: Policy, language: str | Words = "en") -> str:
    """Who is concerned, in words. `policy`: the one the records were made under, where the titles come from."""
    w = words(language)
    if change.silent:
        return w("changes.concerns.nobody")
    if change.everyone:
        return w("changes.concerns.everyone")
    if not change.rows:
        return w(f"changes.concerns.{'nobody-yet' if _reasons(change) == [NOT_YET] else 'readers'}")
    people = w("changes.concerns.rows", places=_places(change, policy, w))
    return w("changes.concerns.both", first=people, second=_asked(change, policy, w)) if _lapses(change) else people


def class_name(name: Class, language: str | Words = "en") -> str:
    """The name of a class: `fresh consent`."""
    return words(language)(f"changes.class.{name.replace(' ', '-')}")


def class_means(name: Class, language: str | Words = "en") -> str:
    """What it means that a change is of a class: `published with the policy`."""
    return words(language)(f"changes.means.{name.replace(' ', '-')}")


def _ended(sentence: str) -> str:
    """With one mark at its end, whatever the text in it ends with (`formerly Small Ltd.`)."""
    return sentence[:-1] if sentence.endswith(("..", "!.", "?.", "….")) else sentence


def _reasons(change: Change) -> list[str]:
    if not set(KINDS[change.kind].classes) <= set(change.classes):
        return [NOT_YET]  # it concerns nobody, whatever its kind
    also = (("fresh", "fresh consent"), ("kept", "kept for old data"))
    return [KINDS[change.kind].reason, *(name for name, given in also if given in change.classes)]


def _lapses(change: Change) -> bool:
    return "fresh consent" in change.classes and bool(change.purposes)


def _asked(change: Change, policy: Policy, w: Words) -> str:
    labels = [w("changes.quoted", text=_purpose(policy, name)) for name in change.purposes[:MOST_PLACES]]
    return w("changes.concerns.consents", purposes=_cut(labels, len(change.purposes), w))


def _purpose(policy: Policy, name: str) -> str:
    known = policy.purposes.get(name) or policy.secondary_purposes.get(name)
    return known.label if known else name


def _places(change: Change, policy: Policy, w: Words) -> str:
    names = list(dict.fromkeys(touchpoint for touchpoint, _ in change.rows))
    titles = [policy.touchpoints[n].title if n in policy.touchpoints else n for n in names[:MOST_PLACES]]
    return _cut(titles, len(names), w)


def _cut(named: list[str], total: int, w: Words) -> str:
    more = total - len(named)
    return "; ".join(named) + (f" {w('changes.concerns.more', count=more)}" if more else "")


def _values(change: Change, w: Words) -> dict[str, str]:
    given = {"name": "", "part": "", "setter": "", "category": "", "country": "", **change.words}
    read = _READ.get(KINDS[change.kind].shows, lambda value, w: value)
    shown = {name: w.join(_read(read, value, w) for value in getattr(change, name)) for name in ("old", "new")}
    nothing = w("changes.nothing")
    given |= {name: text or nothing for name, text in shown.items()}
    if given["setter"] == "self":
        given["setter"] = w("setter.self")
    if given["country"]:
        given["country"] = w.country(given["country"])
    if given["category"]:
        given["category"] = _read(_READ["category"], given["category"], w)
    return given | {"name": given["name"] or given["part"]}


def _read(read: "Read", value: str, w: Words) -> str:
    """The word for a value; the value itself where there is none."""
    try:
        return read(value, w)
    except (KeyError, ValueError):
        return value


Read = Callable[[str, Words], str]


def _rule(value: str, w: Words) -> str:
    """`P60D after recorded`, `until unneeded`, `per cookie`."""
    fixed = {"until unneeded": "changes.rule.unneeded", "per cookie": "changes.rule.cookie"}
    if value in fixed:
        return w(fixed[value])
    period, _, event = value.partition(" after ")
    return w("changes.rule.period", period=w.period(period), event=w.name("event", event))


def _text(stem: str) -> Read:
    return lambda value, w: w(f"{stem}.{value.replace(' ', '-')}")


def _named(kind: str) -> Read:
    return lambda value, w: w.name(kind, value)


_READ: Mapping[str, Read] = {
    "basis": lambda value, w: w.basis(value),
    "country": lambda value, w: w.country(value),
    "period": lambda value, w: w.period(value),
    "day": lambda value, w: w.day(date.fromisoformat(value)),
    "language": lambda value, w: w.autonym(value),
    "special": _text("notice.special"),
    "covers": _text("notice.dpf.covers"),
    "regime": _text("changes.regime"),
    "provision": _text("changes.provision"),
    "rule": _rule,
    "review": _rule,
    **{
        kind: _named(kind)
        for kind in ("role", "category", "channel", "kind", "mechanism", "certificate", "right", "signal")
    },
}
"""What the words of the policy are → how they read in a language."""
