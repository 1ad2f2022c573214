"""A page as it is printed: the examples worked out, as text for a terminal or as plain data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from troth.policy.codes import Page
from troth.policy.codes.examples import GAP, base, changed, excerpts, load
from troth.policy.render.terminal import Paint, text

WIDTH = 88


@dataclass(frozen=True, slots=True)
class Shown:
    """`wrong` and `right`: file → the lines to print. `says`: what `check` says of the wrong example, in `colour`."""

    page: Page
    wrong: Mapping[str, Sequence[str]]
    says: str
    right: Mapping[str, Sequence[str]]

    @property
    def weight(self) -> str:
        """What a finding of the code does to a policy."""
        of = self.page.of
        if of.severity == "error":
            return "keeps a policy from being published" + (", unless it is accepted as a gap" if of.acceptable else "")
        return "stops nothing" + ("; it can be accepted as a gap" if of.acceptable else "")


def shown(page: Page, *, colour: bool = False) -> Shown:
    """Checks the wrong example and cuts out what is worth printing."""
    sound = base()
    wrong = changed(sound, page.wrong)
    right = changed(sound, page.right) if page.right else sound
    loaded = load(wrong, page.wrong)
    mine = [problem for problem in loaded.problems if problem.code == page.of.code]
    says, _, _ = text(mine, loaded.sources, colour=colour).rpartition("\n\n")
    if page.wrong.varies:
        says = re.sub(page.wrong.varies, GAP, says)
    places = [problem.place for problem in mine if problem.place]
    return Shown(
        page,
        excerpts(wrong, (right, sound), page.wrong.show, places),
        says,
        excerpts(right, (wrong, sound), page.right.show if page.right else ()),
    )


def as_text(shown: Shown, *, colour: bool = False) -> str:
    """For a terminal: title, why, the two examples."""
    paint, page = Paint(colour), shown.page
    notes = [f"{page.of.severity}: {shown.weight}", *([f"law: {page.of.article}"] if page.of.article else [])]
    head = [paint(page.of.severity, page.of.code) + paint("strong", f": {page.of.title}")]
    wrong = [*_example(shown.wrong, page.wrong.note, paint), "", *_indented(shown.says.splitlines())]
    right = _example(shown.right, page.right.note if page.right else None, paint)
    parts = [
        "\n".join([*head, *(f"  {paint('gutter', '=')} {note}" for note in notes)]),
        fill(page.why, WIDTH),
        "\n".join([paint("strong", "Wrong"), *wrong]),
        "\n".join([paint("strong", "Right"), *right]),
    ]
    return "\n\n".join(parts)


def as_json(shown: Shown) -> dict[str, Any]:
    """Plain data. `files`: name → the lines that matter, `…` where lines are left out."""
    page = shown.page
    return {
        "code": page.of.code,
        "severity": page.of.severity,
        "title": page.of.title,
        "article": page.of.article,
        "acceptable": page.of.acceptable,
        "why": page.why,
        "wrong": {"files": _joined(shown.wrong), "note": page.wrong.note, "says": shown.says},
        "right": {"files": _joined(shown.right), "note": page.right.note if page.right else None},
    }


def _joined(files: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: "\n".join(lines) for name, lines in files.items()}


def _example(files: Mapping[str, Sequence[str]], note: str | None, paint: Paint) -> list[str]:
    lines: list[str] = []
    for name, part in files.items():
        lines += ["", *_indented([paint("gutter", f"# {name}"), *part])]
    return [*lines, "", fill(note, WIDTH, initial_indent="  ", subsequent_indent="  ")] if note else lines


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]
