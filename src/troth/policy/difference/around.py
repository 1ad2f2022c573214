"""What stands around the tables: who answers, sites, cookies, services of others, the register."""

from collections.abc import Iterator
from typing import Any

from troth.policy.difference.fields import (
    Rules,
    compare,
    elsewhere,
    entries,
    internal,
    matched,
    members,
    moved,
    said,
    text,
    value,
    whole,
)
from troth.policy.difference.scene import About, Scene
from troth.policy.difference.spans import order
from troth.policy.difference.values import Change
from troth.policy.model import Clause, Cookie, Site
from troth.policy.model.promises import ThirdPartyService


def _named_parts(kinds: tuple[str, str], rules: Rules) -> Any:
    """A list of parts that have a name."""

    def rule(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
        for before, after in matched(was, now, lambda part: part.name):
            mine = about.but(name=(after or before)[1].name)  # type: ignore[index]
            if before and after:
                yield from compare(mine.inside(f"{name}.{after[0]}", f"{name}.{before[0]}"), before[1], after[1], rules)
            elif after:
                yield mine.change(kinds[0], f"{name}.{after[0]}")
            elif before:
                yield mine.change(kinds[1], f"{name}.{before[0]}", gone=True)
        if moved(was, now, lambda part: part.name):
            yield about.but(words={"part": name}).change("reordered", name)

    return rule


def _representatives(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
    for country in dict.fromkeys((*now, *was)):
        if was.get(country) != now.get(country):
            rule = said("representatives-changed")
            yield from rule(about, f"{name}.{country}", was.get(country), now.get(country))


COMPANY: Rules = {
    "name": elsewhere,
    "country": value("company-moved"),
    "address": value("company-changed"),
    "certificates": members("certificate-added", "certificate-dropped"),
}
AUTHORITY: Rules = {"name": elsewhere, "country": value("authority-changed"), "url": value("authority-changed")}

CONTROLLER: Rules = {
    "name": said("controller-name"),
    "known_as": said("controller-known-as"),
    "country": value("controller-country"),
    "contact": value("contact-changed"),
    "address": said("controller-address"),
    "dpo": said("dpo-changed"),
    "no_dpo": said("dpo-reason"),
    "representatives": said("representatives-changed"),
    "other_representatives": _representatives,
    "group": _named_parts(("company-added", "company-removed"), COMPANY),
    "authorities": _named_parts(("authority-added", "authority-removed"), AUTHORITY),
    "assumption": internal,
}

SITE: Rules = {
    "label": text,
    "url": value("site-moved"),
    "languages": whole("site-languages"),
    "assumption": internal,
}

THIRD_PARTY: Rules = {
    "label": text,
    "text": text,
    "urls": whole("third-party-links"),
    "assumption": internal,
}

CLAUSE: Rules = {
    "id": elsewhere,
    "lines": internal,
    "promise": text,
    "executed_by": value("clause-executors"),
    "checked_by": value("clause-checks"),
    "note": internal,
    "assumption": internal,
}


def controller(scene: Scene) -> Iterator[Change]:
    """Who answers for the policy; everyone is concerned."""
    was, now = scene.old.controller, scene.new.controller
    yield from compare(About("controller", now.name, everyone=True), was, now, CONTROLLER)


def sites(scene: Scene) -> Iterator[Change]:
    def about(name: str, was: Site, now: Site) -> About:
        return About(f"sites.{name}", now.label)

    yield from entries(scene.old.sites, scene.new.sites, about, SITE, ("site-added", "site-removed"))


def third_parties(scene: Scene) -> Iterator[Change]:
    def about(name: str, was: ThirdPartyService, now: ThirdPartyService) -> About:
        return About(f"third_parties.{name}", now.label)

    old, new = scene.old.third_parties, scene.new.third_parties
    yield from entries(old, new, about, THIRD_PARTY, ("third-party-added", "third-party-removed"))


def clauses(scene: Scene) -> Iterator[Change]:
    """The register of promises: for those who run the policy."""

    def key(clause: Clause) -> str:
        return clause.id

    for before, after in matched(scene.old.clauses, scene.new.clauses, key):
        clause = (after or before or (0, scene.new.clauses[0]))[1]
        about = About("clauses", clause.promise)
        if before and after and before[1] != after[1]:
            yield from compare(about.inside(f"{after[0]}", f"{before[0]}"), before[1], after[1], CLAUSE)
        elif after and not before:
            yield about.change("clause-added", str(after[0]))
        elif before and not after:
            yield about.change("clause-removed", str(before[0]), gone=True)
    if moved(scene.old.clauses, scene.new.clauses, key):
        yield About("clauses", words={"part": "clauses"}).change("reordered")


OPTIONAL = frozenset({"preferences", "analytics", "marketing"})
"""Categories of cookies that are set with consent only (Directive 2002/58/EC Art. 5(3))."""


def _lifetime(about: About, name: str, was: str, now: str) -> Iterator[Change]:
    if was == "session" or now == "session":
        kind = "cookie-longer" if was == "session" else "cookie-shorter"
    else:
        found = order(was, now)
        kind = "cookie-longer" if found > 0 else "cookie-shorter" if found < 0 else "reworded"
    yield about.but(words={"part": name}).change(kind, name, old=was, new=now)


def _category(about: About, name: str, was: str, now: str) -> Iterator[Change]:
    kind = "cookie-essential" if now == "essential" else "cookie-optional" if was == "essential" else "cookie-category"
    yield about.change(kind, name, old=was, new=now)


COOKIE: Rules = {
    "pattern": value("cookie-pattern"),
    "setter": value("cookie-setter"),
    "category": _category,
    "lifetime": _lifetime,
    "touchpoint": value("cookie-moved"),
    "assumption": internal,
}


def cookies(scene: Scene) -> Iterator[Change]:
    """Cookies: consent to a category is consent to who sets it and for how long (C-673/17, Planet49)."""
    old, new = scene.old.cookies, scene.new.cookies
    for name, now in new.items():
        was = old.get(name)
        if was is None:
            there = [c for c in old.values() if c.category == now.category]
            kind = "cookie-added" if any(c.setter == now.setter for c in there) else "cookie-party-added"
            about = _cookie(scene, name, now, now)
            # where no cookie was of that category, nobody agreed to any of it
            yield (about if there else about.but(consents=(), fresh=False)).change(kind)
        elif was != now:
            yield from compare(_cookie(scene, name, was, now), was, now, COOKIE)
    for name, was in old.items():
        if name not in new:
            yield _cookie(scene, name, was, was).change("cookie-removed", gone=True)


def _cookie(scene: Scene, name: str, was: Cookie, now: Cookie) -> About:
    rows = scene.rows_at(was.touchpoint)
    chosen = was.category in OPTIONAL and now.category in OPTIONAL
    setter = scene.recipient(now.setter)
    return About(
        f"cookies.{name}",
        now.pattern,
        rows=rows,
        recipients=() if now.setter == "self" else (now.setter,),
        consents=scene.consents(rows) if chosen else (),
        fresh=chosen,
        words={"setter": setter, "category": now.category},
    )
