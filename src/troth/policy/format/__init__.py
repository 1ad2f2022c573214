"""Policy files in one form: what `troth fmt` does, as values. Pure.

The printer is ours and not a round trip of ruamel.yaml, which drops comments inside `{…}` and `[…]`, leaves others at
their old columns and breaks long lines behind a colon. So nothing is trusted: a text is given back only if it says the
same as before, has every comment, and comes out the same when formatted again.
"""

from dataclasses import dataclass

from troth.policy.format.nodes import Reader
from troth.policy.format.printer import Printer
from troth.policy.format.source import Source
from troth.policy.lines import BREAK
from troth.policy.problems import Problem
from troth.policy.tree import parse


@dataclass(frozen=True, slots=True)
class Formatted:
    """`text` is None if the file is left alone: for its `problems` of reading, or for another `reason`."""

    text: str | None
    problems: tuple[Problem, ...] = ()
    reason: str = ""


ODD = ("\x85", "\u2028", "\u2029")


def formatted(text: str, file: str) -> Formatted:
    """The text of a policy file in the one form; what it says, and its comments, stay. `file`: its name."""
    _, problems = parse(text, file)
    if problems:
        return Formatted(None, tuple(problems))
    first = BREAK.sub("\n", text)
    reason = _unfit(first)
    if reason:
        return Formatted(None, reason=reason)
    new = _printed(first)
    reason = _changed(first, new, file)
    return Formatted(None, reason=reason) if reason else Formatted(new)


def _unfit(text: str) -> str:
    if any(odd in text for odd in ODD):
        return "it holds a line break that editors do not show (U+0085, U+2028 or U+2029)"
    return "it begins with a YAML directive" if text.lstrip().startswith("%") else ""


def _changed(before: str, after: str, file: str) -> str:
    """What is not as it was; empty if all is."""
    again, unread = parse(after, file)
    if unread or again.data != parse(before, file)[0].data:
        return "it would not say the same afterwards"
    if _comments(after) != _comments(before):
        return "a comment would be lost or moved"
    return "" if _printed(after) == after else "it does not come to rest"


def _printed(text: str) -> str:
    source = Source(text)
    node, explicit = Reader(source).document()
    return Printer(source).document(node, explicit=explicit)


def _comments(text: str) -> list[str]:
    return [comment.text for comment in Source(text).comments]
