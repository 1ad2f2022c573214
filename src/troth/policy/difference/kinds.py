"""Every kind of change, how it is treated and on what ground: the table the classing reads. Pure data.

`docs/explanation/changes.md` tells it with examples. What stands behind the columns:

- *Published only*: more is promised than before, or nobody's data is concerned yet (a new touchpoint).
- *Told*: what people would want to hear before it happens: why data is used, who has it, who answers for it, how rights
  are exercised (GDPR Art. 13(3); guidelines on transparency, WP260 rev.01, paragraphs 29 to 31).
- *Kept*: less is promised than before, so data collected under the promise keeps it (Art. 5(1)(a) and (b), 6(4)).
- *Consent*: besides, where a purpose concerned relies on consent, consent was given to less than what is to happen now;
  it is specific and informed or it is none (Art. 4(11), 7, recital 32).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from troth.policy.difference.values import Class

SILENT: tuple[Class, ...] = ("wording",)
PUBLISHED: tuple[Class, ...] = ("notice",)
OLD: tuple[Class, ...] = ("kept for old data",)
TOLD: tuple[Class, ...] = ("significant",)
WEAKER: tuple[Class, ...] = ("significant", "kept for old data")


@dataclass(frozen=True, slots=True)
class Kind:
    """`reason`: key of the texts that say why (`changes.why.*`, `changes.law.*`). `consent`: consents given for the
    purposes concerned lapse. `shows`: what the words of the policy in `old` and `new` are, for telling them in another
    language; empty for texts and labels."""

    classes: tuple[Class, ...]
    reason: str
    consent: bool = False
    shows: str = ""


def _kinds(
    classes: tuple[Class, ...], reason: str, *names: str, consent: bool = False, shows: str = ""
) -> dict[str, Kind]:
    return {name: Kind(classes, reason, consent, shows) for name in names}


_WORDING = {
    **_kinds(SILENT, "wording", "reworded", "reordered"),
    **_kinds(SILENT, "internal", "internal", "declared", "undeclared", "translated"),
    **_kinds(SILENT, "internal", "effective-moved", shows="day"),
}

_WHO = {
    **_kinds(TOLD, "controller", "controller-name"),
    **_kinds(TOLD, "controller", "controller-country", shows="country"),
    **_kinds(TOLD, "exercise", "contact-changed", "right-how"),
    **_kinds(
        PUBLISHED, "details", "controller-known-as", "controller-address", "dpo-changed", "representatives-changed"
    ),
    **_kinds(PUBLISHED, "details", "company-added", "company-removed", "company-changed"),
    **_kinds(PUBLISHED, "details", "company-moved", shows="country"),
    **_kinds(PUBLISHED, "details", "authority-added", "authority-removed", "authority-changed"),
    **_kinds(PUBLISHED, "details", "site-added", "site-removed", "site-moved"),
    **_kinds(PUBLISHED, "details", "site-languages", shows="language"),
    **_kinds(PUBLISHED, "details", "language-added", "language-removed", shows="language"),
    **_kinds(PUBLISHED, "details", "third-party-added", "third-party-removed", "third-party-links"),
    **_kinds(PUBLISHED, "register", "clause-added", "clause-removed", "clause-executors", "clause-checks"),
    **_kinds(PUBLISHED, "other", "other"),
}

_PURPOSES = {
    **_kinds(WEAKER, "further-purpose", "purpose-added", "secondary-added"),
    **_kinds(PUBLISHED, "asked", "consent-purpose-added", "secondary-consent-added"),
    **_kinds(PUBLISHED, "less", "purpose-removed", "secondary-removed", "secondary-narrower"),
    **_kinds(WEAKER, "further-purpose", "purpose-changed", "secondary-wider", consent=True),
    **_kinds(PUBLISHED, "term", "purpose-term", "item-term"),
    **_kinds(
        WEAKER, "marketing", "marketing-on", "marketing-off", "row-marketing-on", "row-marketing-off", consent=True
    ),
    **_kinds(WEAKER, "profiling", "profiling-on", consent=True),
    **_kinds(PUBLISHED, "less", "profiling-off"),
    **_kinds(WEAKER, "no-other-basis", "consent-abandoned", shows="basis"),
    **_kinds(TOLD, "asked-now", "consent-introduced", shows="basis"),
    **_kinds(WEAKER, "basis", "basis-changed", shows="basis"),
    **_kinds(PUBLISHED, "details", "bases-published", shows="basis"),
    **_kinds(PUBLISHED, "interest", "interest-changed"),
    **_kinds(PUBLISHED, "details", "users-added", "users-removed"),
}

_AUTOMATED = {
    **_kinds(WEAKER, "automated", "automated-added", consent=True),
    **_kinds(TOLD, "automated", "automated-changed"),
    **_kinds(PUBLISHED, "less", "automated-removed"),
    **_kinds(PUBLISHED, "more", "human-added"),
    **_kinds(WEAKER, "automated", "human-removed"),
    **_kinds(TOLD, "exercise", "human-changed"),
    **_kinds(PUBLISHED, "details", "law-changed"),
    **_kinds(PUBLISHED, "details", "provision-changed", shows="provision"),
    **_kinds(PUBLISHED, "details", "special-ground-named", shows="special"),
    **_kinds(WEAKER, "special", "special-ground-changed", shows="special"),
}

_REGIMES = {
    **_kinds(PUBLISHED, "details", "dpf-link", "others-follow", "arrangement-changed"),
    **_kinds(PUBLISHED, "details", "regime-added", "regime-removed", shows="regime"),
    **_kinds(PUBLISHED, "more", "dpf-added", "dpf-promise-added", "california-added", "equal-service-added"),
    **_kinds(WEAKER, "promise", "dpf-removed", "dpf-promise-removed", "california-removed", "equal-service-removed"),
    **_kinds(PUBLISHED, "safeguard", "dpf-entity-added"),
    **_kinds(WEAKER, "safeguard", "dpf-entity-removed"),
    **_kinds(PUBLISHED, "safeguard", "dpf-covers-added", shows="covers"),
    **_kinds(WEAKER, "safeguard", "dpf-covers-removed", shows="covers"),
    **_kinds(PUBLISHED, "safeguard", "dpf-until", shows="day"),
    **_kinds(PUBLISHED, "more", "recourse-added", "opt-out-added", "method-added", "right-marketing-said"),
    **_kinds(WEAKER, "rights", "recourse-removed", "opt-out-removed", "method-removed", "right-marketing-unsaid"),
    **_kinds(TOLD, "exercise", "recourse-changed", "opt-out-changed"),
    **_kinds(WEAKER, "selling", "selling-on"),
    **_kinds(PUBLISHED, "less", "selling-off"),
    **_kinds(PUBLISHED, "more", "verification-added"),
    **_kinds(PUBLISHED, "details", "verification-changed", "dpo-reason"),
    **_kinds(WEAKER, "children", "verification-removed"),
}

_DATA = {
    **_kinds(PUBLISHED, "not-yet", "item-added", consent=True),
    **_kinds(WEAKER, "observed", "item-observed", consent=True),
    **_kinds(PUBLISHED, "less", "item-removed", "item-optional"),
    **_kinds(PUBLISHED, "not-yet", "item-required"),
    **_kinds(WEAKER, "further-data", "item-changed", consent=True),
    **_kinds(WEAKER, "special", "item-special", consent=True),
    **_kinds(WEAKER, "special", "item-not-special"),
    **_kinds(PUBLISHED, "details", "item-kind", shows="kind"),
    **_kinds(WEAKER, "guarded", "item-less-guarded", shows="kind"),
    **_kinds(PUBLISHED, "details", "item-format", "item-identifies"),
}

_RECIPIENTS = {
    **_kinds(WEAKER, "recipient", "recipient-added", "recipient-more", consent=True),
    **_kinds(PUBLISHED, "not-yet", "recipient-new-item", "recipient-declared"),
    **_kinds(PUBLISHED, "less", "recipient-removed", "recipient-fewer", "recipient-undeclared", "recipients-stated"),
    **_kinds(TOLD, "unstated", "recipients-unstated"),
    **_kinds(TOLD, "recipient", "recipient-name"),
    **_kinds(WEAKER, "recipient-role", "recipient-role-wider", consent=True, shows="role"),
    **_kinds(PUBLISHED, "less", "recipient-role-narrower", shows="role"),
    **_kinds(PUBLISHED, "does", "recipient-does"),
    **_kinds(PUBLISHED, "details", "recipient-policy"),
    **_kinds(WEAKER, "own-marketing", "recipient-own-marketing", consent=True),
    **_kinds(PUBLISHED, "less", "recipient-no-own-marketing"),
    **_kinds(WEAKER, "sharing", "sharing-added", "sharing-to-added"),
    **_kinds(WEAKER, "sharing", "sharing-basis-added", shows="basis"),
    **_kinds(PUBLISHED, "less", "sharing-removed", "sharing-to-removed"),
    **_kinds(PUBLISHED, "less", "sharing-basis-removed", shows="basis"),
}

_TRANSFERS = {
    **_kinds(WEAKER, "abroad", "recipient-abroad", "storage-abroad", shows="country"),
    **_kinds(PUBLISHED, "near", "recipient-near", "storage-near", shows="country"),
    **_kinds(PUBLISHED, "less", "recipient-country-removed", "storage-country-removed", shows="country"),
    **_kinds(WEAKER, "safeguard", "mechanism-lost", "term-mechanism-dropped", shows="mechanism"),
    **_kinds(PUBLISHED, "safeguard", "mechanism-added", "mechanism-dropped", "term-mechanism-added", shows="mechanism"),
    **_kinds(PUBLISHED, "safeguard", "mechanism-dates", "term-since", shows="day"),
    **_kinds(PUBLISHED, "safeguard", "mechanism-holder"),
    **_kinds(WEAKER, "safeguard", "certificate-dropped", shows="certificate"),
    **_kinds(PUBLISHED, "safeguard", "certificate-added", shows="certificate"),
    **_kinds(TOLD, "storage", "storage-added"),
    **_kinds(PUBLISHED, "less", "storage-removed"),
    **_kinds(PUBLISHED, "details", "storage-places", "transfers-link"),
    **_kinds(PUBLISHED, "more", "transfers-added", "term-added", "principles-on"),
    **_kinds(WEAKER, "promise", "transfers-removed", "term-removed", "principles-off"),
    **_kinds(OLD, "later", "assessment-later", shows="period"),
    **_kinds(PUBLISHED, "more", "assessment-sooner", shows="period"),
}

_HOW_LONG = {
    **_kinds(WEAKER, "longer", "retention-longer", "retention-unbounded", "retention-other", shows="rule"),
    **_kinds(PUBLISHED, "less", "retention-shorter", "retention-bounded", shows="rule"),
    **_kinds(OLD, "later", "review-later", shows="review"),
    **_kinds(PUBLISHED, "less", "review-sooner", shows="review"),
    **_kinds(WEAKER, "longer", "exception-added"),
    **_kinds(PUBLISHED, "less", "exception-removed"),
    **_kinds(PUBLISHED, "details", "exception-basis", shows="basis"),
}

_TOUCHPOINTS = {
    **_kinds(PUBLISHED, "not-yet", "touchpoint-added", "row-added", "site-joined"),
    **_kinds(PUBLISHED, "less", "touchpoint-removed", "row-removed", "site-left"),
    **_kinds(PUBLISHED, "not-yet", "channel-added", shows="channel"),
    **_kinds(PUBLISHED, "less", "channel-removed", shows="channel"),
    **_kinds(TOLD, "our-role", "role-changed", shows="role"),
    **_kinds(PUBLISHED, "not-yet", "age-asked", "age-not-asked", "persons-added", "persons-removed", "source-changed"),
    **_kinds(PUBLISHED, "not-yet", "without-changed"),
}

_COOKIES = {
    **_kinds(PUBLISHED, "cookie", "cookie-added", "cookie-pattern", "cookie-moved"),
    **_kinds(PUBLISHED, "cookie", "cookie-party-added", "cookie-setter", consent=True),
    **_kinds(PUBLISHED, "cookie", "cookie-longer", consent=True, shows="period"),
    **_kinds(PUBLISHED, "less", "cookie-removed"),
    **_kinds(PUBLISHED, "less", "cookie-shorter", shows="period"),
    **_kinds(PUBLISHED, "asked", "cookie-optional", shows="category"),
    **_kinds(WEAKER, "cookie-choice", "cookie-essential", shows="category"),
    **_kinds(PUBLISHED, "cookie", "cookie-category", consent=True, shows="category"),
}

_PROMISES = {
    **_kinds(PUBLISHED, "more", "promise-added", "promise-wider", "right-added", "limit-removed", "measure-added"),
    **_kinds(WEAKER, "promise", "promise-removed", "promise-narrower", "measure-removed"),
    **_kinds(WEAKER, "rights", "right-removed", "limit-added", "right-scope"),
    **_kinds(WEAKER, "rights", "right-kind", shows="right"),
    **_kinds(PUBLISHED, "more", "children-added", "age-raised"),
    **_kinds(PUBLISHED, "details", "guardian-changed"),
    **_kinds(WEAKER, "children", "children-removed", "age-lowered"),
    **_kinds(WEAKER, "signals", "signal-weaker", shows="signal"),
    **_kinds(PUBLISHED, "more", "signal-stronger", shows="signal"),
    **_kinds(PUBLISHED, "details", "signals-stated", "signals-unstated"),
    **_kinds(PUBLISHED, "more", "changes-added", "told-by-added"),
    **_kinds(PUBLISHED, "more", "told-earlier", shows="period"),
    **_kinds(WEAKER, "telling", "changes-removed", "significance-changed", "told-by-removed"),
    **_kinds(WEAKER, "telling", "told-later", shows="period"),
    **_kinds(WEAKER, "anonymous", "anonymous-added", "threshold-lowered", "anonymous-use-added"),
    **_kinds(PUBLISHED, "less", "anonymous-removed", "threshold-raised", "anonymous-use-removed"),
}

KINDS: Mapping[str, Kind] = {
    **_WORDING,
    **_WHO,
    **_PURPOSES,
    **_AUTOMATED,
    **_REGIMES,
    **_DATA,
    **_RECIPIENTS,
    **_TRANSFERS,
    **_HOW_LONG,
    **_TOUCHPOINTS,
    **_COOKIES,
    **_PROMISES,
}
"""Kind → how it is treated. Every kind that `differences` can give is here, and none besides (tested)."""
