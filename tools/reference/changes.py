"""The page of every kind of change between two policies, with how it is treated and why."""

from collections.abc import Iterator, Sequence

from troth.policy.difference import KINDS, WEIGHT, Class, Kind, class_means
from troth.policy.languages import words

INTRO = """\
# Kinds of changes

What `troth diff`, `troth plan` and the change history know of two policies: every kind of change, in words, with its
class. [Changes](../explanation/changes.md) says what the classes mean and how they were decided. The names are those of
`troth diff --json` and do not change. *Asks again*: besides, consents given for the purposes concerned lapse. Where the
words say a name, `…` stands here.
"""


def page() -> str:
    parts = [INTRO]
    for classes in _classings():
        kinds = {name: kind for name, kind in KINDS.items() if kind.classes == classes}
        means = " and ".join(class_means(name) for name in classes)
        parts += [f"## {' and '.join(classes).capitalize()}", f"{means.capitalize()}.", _table(kinds)]
    return "\n\n".join(part.strip() for part in parts)


def _classings() -> Sequence[tuple[Class, ...]]:
    every = {kind.classes for kind in KINDS.values()}
    return sorted(every, key=lambda classes: [-WEIGHT[name] for name in classes] + [0] * (2 - len(classes)))


def _table(kinds: dict[str, Kind]) -> str:
    return "\n".join(["| kind | what it says | why | law |", "|---|---|---|---|", *_lines(kinds)])


def _lines(kinds: dict[str, Kind]) -> Iterator[str]:
    w = words("en")
    for name, kind in kinds.items():
        says, why = w(f"changes.say.{name}", **_BLANKS), w(f"changes.why.{kind.reason}")
        again = " *Asks again.*" if kind.consent else ""
        yield f"| `{name}` | {_cell(says)} | {_cell(why)}{again} | {_cell(w(f'changes.law.{kind.reason}'))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


_BLANKS = dict.fromkeys(("name", "old", "new", "part", "setter", "category", "country"), "…")
