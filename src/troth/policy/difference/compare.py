"""`differences`: everything that changed between two policies."""

from collections.abc import Callable, Iterator, Mapping

from troth.policy.difference import around, catalogue, conduct, fields, promises, recipients, regimes, retention, terms
from troth.policy.difference.scene import About, Scene
from troth.policy.difference.touchpoints import touchpoints
from troth.policy.difference.values import Change
from troth.policy.model import AcceptedGap, Assumption, BalancingTest, Policy

Section = Callable[[Scene], Iterator[Change]]


def _field(rule: fields.Rule, name: str) -> Section:
    def changes(scene: Scene) -> Iterator[Change]:
        return rule(About(""), name, getattr(scene.old, name), getattr(scene.new, name))

    return changes


def _groups(scene: Scene) -> Iterator[Change]:
    yield from _texts("groups", scene.old.groups, scene.new.groups)


def _texts(section: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys((*new, *old)):
        if old.get(name) != new.get(name):
            about = About(section, old.get(name) or new[name], words={"part": section})
            yield about.change("reworded", name, gone=name not in new, old=old.get(name), new=new.get(name))


def _assumptions(scene: Scene) -> Iterator[Change]:
    def about(name: str, was: Assumption, now: Assumption) -> About:
        return About(f"assumptions.{name}", name, words={"part": "assumptions"})

    old, new = scene.old.assumptions, scene.new.assumptions
    rules = dict.fromkeys(Assumption.model_fields, fields.internal)
    yield from fields.entries(old, new, about, rules, ("declared", "undeclared"))


def _balancing(scene: Scene) -> Iterator[Change]:
    """The assessments themselves are not published; the interest is, in the row."""

    def about(name: str, was: BalancingTest, now: BalancingTest) -> About:
        return About(f"balancing_tests.{name}", name, words={"part": "balancing_tests"})

    old, new = scene.old.balancing_tests, scene.new.balancing_tests
    rules = dict.fromkeys(BalancingTest.model_fields, fields.internal)
    yield from fields.entries(old, new, about, rules, ("declared", "undeclared"))


def _gaps(scene: Scene) -> Iterator[Change]:
    def key(gap: AcceptedGap) -> tuple[str, str]:
        return gap.code, gap.where

    old, new = scene.old.accepted_gaps, scene.new.accepted_gaps
    rules = dict.fromkeys(AcceptedGap.model_fields, fields.internal)
    for before, after in fields.matched(old, new, key):
        gap = (after or before or (0, new[0]))[1]
        about = About("accepted_gaps", gap.code, words={"part": "accepted_gaps"})
        if before and after and before[1] != after[1]:
            yield from fields.compare(about.inside(f"{after[0]}", f"{before[0]}"), before[1], after[1], rules)
        elif after and not before:
            yield about.change("declared", str(after[0]))
        elif before and not after:
            yield about.change("undeclared", str(before[0]), gone=True)
    if fields.moved(old, new, key):
        yield About("accepted_gaps", words={"part": "accepted_gaps"}).change("reordered")


def _languages(section: str) -> Section:
    """Texts in other languages: one change a language, however many texts."""

    def changes(scene: Scene) -> Iterator[Change]:
        old, new = getattr(scene.old, section), getattr(scene.new, section)
        for language in dict.fromkeys((*new, *old)):
            if old.get(language) != new.get(language):
                about = About(f"{section}.{language}", language, words={"part": section})
                yield about.change("translated", gone=language not in new)

    return changes


SECTIONS: Mapping[str, Section] = {
    "troth": _field(fields.internal, "troth"),
    "name": _field(fields.internal, "name"),
    "title": _field(fields.text, "title"),
    "effective": _field(fields.value("effective-moved"), "effective"),
    "regimes": _field(fields.members("regime-added", "regime-removed"), "regimes"),
    "languages": _field(fields.members("language-added", "language-removed"), "languages"),
    "introduction": _field(fields.text, "introduction"),
    "published_source": _field(fields.text, "published_source"),
    "controller": around.controller,
    "sites": around.sites,
    "data": catalogue.items,
    "purposes": catalogue.purposes,
    "secondary_purposes": catalogue.secondary,
    "recipients": recipients.recipients,
    "retention": retention.rules,
    "retention_exceptions": retention.exceptions,
    "groups": _groups,
    "touchpoints": touchpoints,
    "cookies": around.cookies,
    "never": promises.never,
    "sharing": promises.sharing,
    "storage": terms.storage,
    "transfers": terms.transfers,
    "rights": promises.rights,
    "children": conduct.children,
    "signals": conduct.signals,
    "changes": conduct.changes,
    "anonymous": conduct.anonymous,
    "security": promises.security,
    "third_parties": around.third_parties,
    "dpf": regimes.dpf,
    "california": regimes.california,
    "balancing_tests": _balancing,
    "assumptions": _assumptions,
    "clauses": around.clauses,
    "accepted_gaps": _gaps,
    "translations": _languages("translations"),
    "wording": _languages("wording"),
}
"""Section → what compares it."""


def differences(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Every change from `old` to `new`, in the order of the policy's sections; empty if they say the same.

    Names are what records and consents point to, so an entry under another name is one that went and one that came.
    Texts are compared by their words, never by their meaning: a text that promises nothing a structured field does not
    gives a change of class *wording*, whatever it says. Pure.
    """
    if old is new:
        return ()
    scene = Scene(old, new)
    found = [change for name in Policy.model_fields if _asked(scene, name) for change in _section(scene, name)]
    return tuple(found)


def _asked(scene: Scene, name: str) -> bool:
    """What a recipient gets that names no items depends on the kinds of the items."""
    differ: bool = getattr(scene.old, name) != getattr(scene.new, name)
    return differ or (name == "touchpoints" and scene.kinds_differ)


def _section(scene: Scene, name: str) -> Iterator[Change]:
    """What a section's own comparison tells; one that tells nothing of a difference is told as a whole."""
    compare = SECTIONS.get(name)
    found = tuple(compare(scene)) if compare else ()
    if found or getattr(scene.old, name) == getattr(scene.new, name):
        return iter(found)
    return fields.other(About(""), name, None, None)
