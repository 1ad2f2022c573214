"""What the law wants people to be told is there."""

from collections.abc import Iterator
from datetime import date

from troth.law.adequacy import EEA
from troth.policy.checks.registry import CALIFORNIA, EUROPE, UNION, Finding, check, rows
from troth.policy.model import Policy
from troth.policy.needs import OPPOSABLE
from troth.policy.periods import days

RIGHTS = {
    "access": "Art. 15",
    "rectification": "Art. 16",
    "erasure": "Art. 17",
    "restriction": "Art. 18",
    "portability": "Art. 20",
    "objection": "Art. 21",
    "complaint": "Art. 77",
}
FACING = frozenset({"form", "chat", "account", "upload", "cookies", "recording"})
"""Channels in which somebody of any age may turn up."""

LONGEST = 3653
"""Days: a period above ten years is questioned."""


@check("T-0401", "warning", "the contact can be written to", article="GDPR Art. 13(1)(a)", needs=("controller",))
def contact_usable(policy: Policy, day: date) -> Iterator[Finding]:
    contact = policy.controller.contact
    if "@" not in contact and "://" not in contact and not any(c.isdigit() for c in contact):
        message = f"`{contact}` is neither a mail address, a link nor a postal address"
        yield Finding("controller.contact", message, "give an address people can write to")


@check(
    "T-0402", "error", "people are told their rights", article="GDPR Art. 13(2)(b), (d)", needs=("rights",), laws=EUROPE
)
def rights_told(policy: Policy, day: date) -> Iterator[Finding]:
    told = {right.kind for right in policy.rights.values()}
    for kind, article in RIGHTS.items():
        if kind not in told:
            yield Finding(
                "rights", f"the right of {kind} (GDPR {article}) is missing", f"add a right of `kind: {kind}`"
            )


@check(
    "T-0403",
    "error",
    "people may object to profiling",
    article="GDPR Art. 21(1), (2), (4)",
    needs=("rights", "touchpoints"),
    laws=EUROPE,
)
def profiling_told(policy: Policy, day: date) -> Iterator[Finding]:
    if any(right.kind == "object-to-profiling" for right in policy.rights.values()):
        return
    opposed = {p.purpose for _, _, row in rows(policy) for p in row.purposes if p.relies_on in OPPOSABLE}
    for pid, purpose in policy.purposes.items():
        if purpose.profiling and (purpose.marketing or pid in opposed):  # elsewhere, consent is withdrawn instead
            message = f"`{pid}` is profiling, but no right says how to object to it"
            yield Finding(f"purposes.{pid}", message, "add a right of `kind: object-to-profiling`")


@check("T-0404", "warning", "the policy speaks of children", article="GDPR Art. 8", needs=("children", "touchpoints"))
def children_told(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.children is None and any(FACING & set(t.channels) for t in policy.touchpoints.values()):
        message = "nothing says from what age people may give data"
        yield Finding("children", message, "add `children:` with `minimum_age`, `guardian` and `text`")


@check("T-0405", "error", "a touchpoint that asks for age knows which", needs=("children",))
def age_known(policy: Policy, day: date) -> Iterator[Finding]:
    for tid, touchpoint in policy.touchpoints.items():
        if touchpoint.asks_age and policy.children is None:
            message = "there is no `children:` part that says the minimum age"
            yield Finding(f"touchpoints.{tid}.asks_age", message, "add it, with `minimum_age`")


@check("T-0406", "error", "the source of acquired data is told", article="GDPR Art. 14(2)(f)", laws=EUROPE)
def source_told(policy: Policy, day: date) -> Iterator[Finding]:
    for tid, touchpoint in policy.touchpoints.items():
        if set(touchpoint.channels) == {"import"} and not touchpoint.source:
            message = f"touchpoint `{tid}` takes data that others give, and does not say from where"
            yield Finding(f"touchpoints.{tid}.channels", message, "add `source:`")


@check(
    "T-0407",
    "error",
    "a signal the law protects is honoured",
    article="Cal. Civ. Code 1798.135(e); 11 CCR 7025",
    needs=("signals", "regimes"),
    laws=CALIFORNIA,
)
def gpc_honoured(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.signals and policy.signals.gpc == "ignore":
        message = "the policy ignores Global Privacy Control, which California requires to be honoured"
        yield Finding("signals.gpc", message, "write `honour where the law requires`; that is what runs in any case")


@check(
    "T-0429",
    "warning",
    "an objection by signal is heard",
    article="GDPR Art. 21(5)",
    needs=("signals", "regimes"),
    laws=EUROPE,
)
def gpc_heard(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.signals and policy.signals.gpc == "ignore" and CALIFORNIA.isdisjoint(policy.regimes):  # that is T-0407's
        message = "Global Privacy Control is ignored, by which people object to the use of their data for advertising"
        yield Finding("signals.gpc", message, "write `honour`, or accept the finding with its reason")


@check("T-0408", "warning", "Do Not Track is answered", article="Cal. B&P 22575(b)(5)", needs=("signals",))
def dnt_answered(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.signals is None:
        message = "nothing says what is done with the signals Global Privacy Control and Do Not Track"
        yield Finding("signals", message, "add `signals:`")
    elif policy.signals.dnt == "ignore":
        message = "Do Not Track is ignored: lawful where it is said, but not what people ask for"
        yield Finding("signals.dnt", message, "honour it, or accept the finding with its reason")


@check("T-0409", "error", "cookies are declared", article="ePrivacy Art. 5(3)", needs=("cookies",))
def cookies_declared(policy: Policy, day: date) -> Iterator[Finding]:
    have = {cookie.touchpoint for cookie in policy.cookies.values()}
    for tid, touchpoint in policy.touchpoints.items():
        if "cookies" in touchpoint.channels and tid not in have:
            message = f"touchpoint `{tid}` sets cookies, but none is declared for it"
            yield Finding(f"touchpoints.{tid}.channels", message, f"add them under `cookies:` with `touchpoint: {tid}`")


@check("T-0410", "error", "optional cookies wait for consent", article="ePrivacy Art. 5(3)", needs=("touchpoints",))
def cookies_by_consent(policy: Policy, day: date) -> Iterator[Finding]:
    asking = {at.split(".")[1] for at, _, row in rows(policy) for p in row.purposes if p.relies_on == "consent"}
    for cid, cookie in policy.cookies.items():
        if cookie.category != "essential" and cookie.touchpoint in policy.touchpoints.keys() - asking:
            message = f"`{cookie.pattern}` is not essential, but no purpose of `{cookie.touchpoint}` relies on consent"
            yield Finding(f"cookies.{cid}", message, "let the purpose it serves rely on consent")


@check("T-0411", "warning", "who sets a cookie is among the recipients", needs=("touchpoints", "cookies"))
def setter_receives(policy: Policy, day: date) -> Iterator[Finding]:
    for cid, cookie in policy.cookies.items():
        touchpoint = policy.touchpoints.get(cookie.touchpoint)
        receivers = {r.recipient for row in touchpoint.rows for r in row.receivers} if touchpoint else set()
        if touchpoint and cookie.setter != "self" and cookie.setter not in receivers:
            message = f"`{cookie.setter}` sets a cookie, but no row of `{cookie.touchpoint}` names it"
            yield Finding(f"cookies.{cid}.setter", message, f"add `{cookie.setter}` to the recipients of a row")


@check("T-0412", "error", "per cookie means cookies", needs=("cookies", "retention"))
def per_cookie(policy: Policy, day: date) -> Iterator[Finding]:
    have = {cookie.touchpoint for cookie in policy.cookies.values()}
    for at, _, row in rows(policy):
        for i, kept in enumerate(row.retention):
            rule = policy.retention.get(kept.rule)
            if rule and rule.per == "cookie" and at.split(".")[1] not in have:
                message = f"`{kept.rule}` keeps data as long as its cookie, but the touchpoint has none"
                yield Finding(f"{at}.retention.{i}", message, "declare the cookie under `cookies:`, or give a period")


@check("T-0413", "error", "a period is some time", article="GDPR Art. 5(1)(e), 13(2)(a)")
def period_some(policy: Policy, day: date) -> Iterator[Finding]:
    for where, period in _periods(policy):
        if days(period) == 0:
            yield Finding(where, f"`{period}` is no time at all", "write for example `P1D`")


def _periods(policy: Policy) -> Iterator[tuple[str, str]]:
    """Every period of the policy, with its place."""
    for name, rule in policy.retention.items():
        yield from (
            (f"retention.{name}.{key}", getattr(rule, key)) for key in ("period", "review") if getattr(rule, key)
        )
    for cid, cookie in policy.cookies.items():
        if cookie.lifetime != "session":
            yield f"cookies.{cid}.lifetime", cookie.lifetime
    for tid, term in policy.transfers.terms.items() if policy.transfers else ():
        if term.assessment_review:
            yield f"transfers.terms.{tid}.assessment_review", term.assessment_review
    if policy.changes and policy.changes.ahead:
        yield "changes.ahead", policy.changes.ahead


@check("T-0414", "warning", "a period is not endless", article="GDPR Art. 5(1)(e)")
def period_bounded(policy: Policy, day: date) -> Iterator[Finding]:
    for name, rule in policy.retention.items():
        for key in ("period", "review"):
            period = getattr(rule, key)
            if period and days(period) > LONGEST:
                yield Finding(
                    f"retention.{name}.{key}", f"`{period}` is longer than ten years", "say why, or shorten it"
                )


@check("T-0415", "warning", "changes are told", article="Cal. B&P 22575(b)(3)", needs=("changes",))
def changes_told(policy: Policy, day: date) -> Iterator[Finding]:
    if policy.changes is None:
        yield Finding("changes", "nothing says how people are told of changes", "add `changes:`")


@check(
    "T-0416",
    "warning",
    "a controller abroad has a representative",
    article="GDPR Art. 27",
    needs=("controller",),
    laws=UNION,
)
def representative(policy: Policy, day: date) -> Iterator[Finding]:
    controller = policy.controller
    if controller.country not in EEA and not controller.representatives:
        message = f"the controller is in `{controller.country}`, and no representative in the Union is named"
        yield Finding("controller", message, "add `representatives:`, or accept the gap with its reason")
