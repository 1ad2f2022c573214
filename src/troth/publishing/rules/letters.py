"""Letters about a change of policy, in the reader's language: what is new for them, from when, what they can do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from troth.policy.difference.values import Change
from troth.policy.languages import Words
from troth.policy.model import Policy
from troth.publishing.rules.effects import Pair

Say = Callable[[Change, Words], str]
"""One plain sentence for people about a change, in the words of a language."""

CHOICES = "{choices}"
"""Where the person's own link goes: the rest of a letter is the same for many."""


@dataclass(frozen=True)
class Letter:
    """Subject and text; the text holds `CHOICES` once."""

    subject: str
    text: str

    def to(self, link: str) -> str:
        """The text with the person's own link."""
        return self.text.replace(CHOICES, link)


@dataclass(frozen=True)
class About:
    """What every letter of one version says: the policy (in the reader's language), its number and day, our address."""

    policy: Policy
    number: int
    effective: date
    url: str


def announcing(about: About, changes: Iterable[Change], lapsing: Iterable[Pair], words: Words, say: Say) -> Letter:
    """The letter before a version takes effect. `changes`: those that concern the reader; `lapsing`: their consents
    that end, named by the policy as it was or will be."""
    day = words.day(about.effective, long=True)
    told = "\n".join(f"- {say(change, words)}" for change in changes)
    parts = [
        words("letters.change.begin", controller=about.policy.controller.name, day=day),
        told,
        *(
            words("letters.change.lapse", touchpoint=title, purposes=words.join(purposes), day=day)
            for title, purposes in _by_touchpoint(about.policy, lapsing)
        ),
        words("letters.change.old-data"),
        words("letters.change.notice", url=f"{about.url}/notice/{about.number}/"),
        words("letters.change.choices", url=CHOICES),
        words("letters.change.rights", url=f"{about.url}/privacy/", contact=about.policy.controller.contact),
    ]
    return Letter(words("letters.change.subject", day=day), "\n\n".join(parts) + "\n")


def asking(about: About, lapsed: Iterable[Pair], words: Words) -> Letter:
    """The letter to somebody whose consent has ended: what ended, and where to agree again if they want to."""
    parts = [
        words("letters.asks.begin", day=words.day(about.effective, long=True), controller=about.policy.controller.name),
        *(
            words("letters.asks.ended", touchpoint=title, purposes=words.join(purposes))
            for title, purposes in _by_touchpoint(about.policy, lapsed)
        ),
        words("letters.asks.again", url=CHOICES),
        words(
            "letters.asks.notice", url=f"{about.url}/notice/{about.number}/", contact=about.policy.controller.contact
        ),
    ]
    return Letter(words("letters.asks.subject"), "\n\n".join(parts) + "\n")


def may_be_asked_by_mail(policy: Policy, pair: Pair) -> bool:
    """Whether a letter may ask for a consent that has ended: not for marketing, since asking for it by mail is
    marketing itself, to somebody who has no consent standing for it. There the letter before the day has asked, and
    the choices page asks."""
    touchpoint, purpose = pair
    known = policy.touchpoints.get(touchpoint)
    marketing_row = any(
        row.marketing and purpose in {p.purpose for p in row.purposes} for row in (known.rows if known else ())
    )
    return not marketing_row and purpose in policy.purposes and purpose not in policy.marketing_purposes


def _by_touchpoint(policy: Policy, pairs: Iterable[Pair]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for touchpoint, purpose in sorted(pairs):
        found.setdefault(touchpoint, []).append(
            policy.purposes[purpose].label if purpose in policy.purposes else purpose
        )
    titles = {name: policy.touchpoints[name].title if name in policy.touchpoints else name for name in found}
    return [(titles[name], labels) for name, labels in found.items()]
