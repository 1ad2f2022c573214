"""Recipients as such: who they are, what they do, where, and what makes that lawful."""

from collections.abc import Iterator
from typing import Any

from troth.law.adequacy import free
from troth.policy.difference.fields import (
    Rules,
    compare,
    elsewhere,
    flag,
    graded,
    internal,
    matched,
    said,
    text,
    value,
    whole,
)
from troth.policy.difference.scene import About, Scene
from troth.policy.difference.values import Change
from troth.policy.model import Mechanism, Recipient

ROLES = ("processor", "joint controller", "controller")
"""From the one who acts on our instructions to the one who decides for itself."""


MECHANISM: Rules = {
    "country": elsewhere,
    "kind": elsewhere,
    "since": value("mechanism-dates"),
    "until": value("mechanism-dates"),
    "assessed": internal,
    "holder": value("mechanism-holder"),
    "assumption": internal,
}

RECIPIENT: Rules = {
    "name": said("recipient-name"),
    "published_as": text,
    "role": graded(ROLES, "recipient-role-wider", "recipient-role-narrower"),
    "does": whole("recipient-does"),
    "countries": elsewhere,
    "mechanisms": elsewhere,
    "contract": internal,
    "arrangement": said("arrangement-changed"),
    "connector": internal,
    "privacy_policy": value("recipient-policy"),
    "direct_marketing": flag("recipient-own-marketing", "recipient-no-own-marketing"),
    "assumption": internal,
}


def recipients(scene: Scene) -> Iterator[Change]:
    """Changes of the recipients; rows concerned are those that send them data, everyone where they store it."""
    for name, now in scene.new.recipients.items():
        was = scene.old.recipients.get(name)
        if was is None:
            yield _about(scene, name, now).change("declared" if _used(scene.new, name) else "recipient-declared")
        elif was != now:
            about = _about(scene, name, now)
            yield from compare(about, was, now, RECIPIENT)
            yield from _countries(scene, about, was, now)
            yield from _mechanisms(scene, about, was, now)
    for name, was in scene.old.recipients.items():
        if name not in scene.new.recipients:
            kind = "undeclared" if _used(scene.old, name) else "recipient-undeclared"
            yield _about(scene, name, was).change(kind, gone=True)


def _about(scene: Scene, name: str, recipient: Recipient) -> About:
    rows = scene.rows_to.get(name, ())
    return About(
        f"recipients.{name}",
        recipient.name,
        rows=rows,
        everyone=any(place.recipient == name for place in scene.old.storage),
        recipients=(name,),
        consents=scene.consents(rows),
    )


def _used(policy: Any, name: str) -> bool:
    """True if a row, a storage place or a cookie names the recipient: its coming or going is told there."""
    rows = (row for touchpoint in policy.touchpoints.values() for row in touchpoint.rows)
    return (
        any(to.recipient == name for row in rows for to in row.receivers)
        or any(place.recipient == name for place in policy.storage)
        or any(cookie.setter == name for cookie in policy.cookies.values())
    )


def _countries(scene: Scene, about: About, was: Recipient, now: Recipient) -> Iterator[Change]:
    yield from lands(scene, about, was.countries, now.countries, "recipient")


def lands(scene: Scene, about: About, was: tuple[str, ...], now: tuple[str, ...], kind: str) -> Iterator[Change]:
    """Countries that data newly goes to, abroad or where no further safeguard is needed, and those it leaves."""
    home = scene.new.controller.country
    for place, country in enumerate(now):
        if country not in was:
            yield about.change(
                f"{kind}-{'near' if free(country, home) else 'abroad'}", f"countries.{place}", new=country
            )
    for place, country in enumerate(was):
        if country not in now:
            yield about.change(f"{kind}-country-removed", f"countries.{place}", gone=True, old=country)
    if was != now and set(was) == set(now):
        yield about.but(words={"part": "countries"}).change("reordered", "countries")


def _mechanisms(scene: Scene, about: About, was: Recipient, now: Recipient) -> Iterator[Change]:
    """What makes transfers lawful, by country; a country that was left needs none any more."""
    if was.mechanisms == now.mechanisms:
        return
    yielded = False
    for before, after in matched(was.mechanisms, now.mechanisms, lambda m: (m.country, m.kind)):
        for change in _mechanism(scene, about, now, before, after):
            yielded = True
            yield change
    if not yielded:
        yield about.but(words={"part": "mechanisms"}).change("reordered", "mechanisms")


def _mechanism(scene: Scene, about: About, now: Recipient, before: Any, after: Any) -> Iterator[Change]:
    mechanism: Mechanism = (after or before)[1]
    about = about.but(words={"country": mechanism.country, "mechanism": mechanism.kind})
    if before and after:
        yield from compare(
            about.inside(f"mechanisms.{after[0]}", f"mechanisms.{before[0]}"), before[1], after[1], MECHANISM
        )
    elif after:
        yield about.change("mechanism-added", f"mechanisms.{after[0]}", new=mechanism.kind)
    else:
        left = any(m.country == mechanism.country for m in now.mechanisms)
        needed = mechanism.country in now.countries and not free(mechanism.country, scene.new.controller.country)
        kind = "mechanism-lost" if needed and not left else "mechanism-dropped"
        yield about.change(kind, f"mechanisms.{before[0]}", gone=True, old=mechanism.kind)
