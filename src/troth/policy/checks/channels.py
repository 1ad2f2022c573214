"""How data comes in, and what is said of it: cookies, recordings, files."""

from collections.abc import Iterator
from datetime import date

from troth.policy.checks.looks import kind, only
from troth.policy.checks.registry import EUROPE, Finding, check, rows
from troth.policy.model import Policy

FILES = frozenset({"upload", "import", "offline", "chat", "marketplace"})
"""Channels on which a file can come."""

ON_DEVICE = frozenset({"cookies", "account"})
"""Channels on which a recording is one of a session: a script on the person's device."""


@check("T-0380", "warning", "a cookie belongs to a touchpoint with cookies", article="ePrivacy Art. 5(3)")
def cookie_channel(policy: Policy, day: date) -> Iterator[Finding]:
    for cid, cookie in policy.cookies.items():
        touchpoint = policy.touchpoints.get(cookie.touchpoint)
        if touchpoint and "cookies" not in touchpoint.channels:
            message = f"`{cookie.touchpoint}` does not say that it sets cookies"
            yield Finding(f"cookies.{cid}.touchpoint", message, "add `cookies` to its `channels`")


@check("T-0381", "warning", "a cookie's category fits who sets it", article="ePrivacy Art. 5(3)")
def category_fits(policy: Policy, day: date) -> Iterator[Finding]:
    for cid, cookie in policy.cookies.items():
        setter = policy.recipients.get(cookie.setter)
        if only(setter, "marketing") and cookie.category != "marketing":
            message = f"`{cookie.setter}` does marketing only, and `{cookie.pattern}` counts as `{cookie.category}`"
            yield Finding(f"cookies.{cid}.category", message, "make it `marketing`, or say what else it does")
        elif only(setter, "analytics") and cookie.category == "essential":
            message = (
                f"`{cookie.setter}` does analytics, which no page needs, yet `{cookie.pattern}` counts as `essential`"
            )
            yield Finding(f"cookies.{cid}.category", message, "make it `analytics`: it waits for consent")


@check("T-0382", "warning", "a cookie is declared once", needs=("cookies",))
def cookie_once(policy: Policy, day: date) -> Iterator[Finding]:
    first: dict[tuple[str, str], str] = {}
    for cid, cookie in policy.cookies.items():
        before = first.setdefault((cookie.touchpoint, cookie.pattern), cid)
        if before != cid:
            message = f"`{cid}` and `{before}` are the same cookie of `{cookie.touchpoint}`"
            yield Finding(f"cookies.{cid}.pattern", message, "remove one: which lifetime and category hold?")


@check(
    "T-0383", "warning", "recordings come in where recording is told", article="GDPR Art. 5(1)(a), 13", needs=("data",)
)
def recording_told(policy: Policy, day: date) -> Iterator[Finding]:
    for tid, touchpoint in policy.touchpoints.items():
        recorded = next((i for row in touchpoint.rows for i in row.items if kind(policy, i.item) == "recording"), None)
        told = "recording" in touchpoint.channels
        if recorded and not told:
            message = f"`{recorded.item}` is a recording, and `recording` is not among the channels of `{tid}`"
            yield Finding(f"touchpoints.{tid}.channels", message, "add `recording`")
        elif told and not recorded:
            message = f"`{tid}` records, and no item of kind `recording` is in its rows"
            yield Finding(f"touchpoints.{tid}.channels", message, "add the recording to the items of a row")


@check(
    "T-0385",
    "warning",
    "a session is recorded by consent",
    article="ePrivacy Art. 5(3)",
    needs=("data", "purposes"),
    laws=EUROPE,
)
def session_by_consent(policy: Policy, day: date) -> Iterator[Finding]:
    for at, touchpoint, row in rows(policy):
        asked = {p.purpose for p in row.purposes if p.relies_on == "consent"} - policy.marketing_purposes
        for i, item in enumerate(row.items if ON_DEVICE & set(touchpoint.channels) and not asked else ()):
            if kind(policy, item.item) == "recording":
                message = (
                    f"`{item.item}` records what people do on their device, and no purpose of the row waits for a yes"
                )
                help = "let the purpose it serves rely on consent"
                yield Finding(f"{at}.items.{i}.item", message, help)


@check("T-0384", "warning", "files come in where files are taken")
def file_taken(policy: Policy, day: date) -> Iterator[Finding]:
    for at, touchpoint, row in rows(policy):
        for i, item in enumerate(() if FILES & set(touchpoint.channels) else row.items):
            if kind(policy, item.item) == "file":
                message = f"`{item.item}` is a file, and no channel of the touchpoint takes files"
                yield Finding(f"{at}.items.{i}.item", message, "add `upload` to its `channels`")
