"""A difference as text for a terminal, as Markdown for a pull request, as data."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Any

from troth.policy.difference.say import class_means, class_name
from troth.policy.difference.told import Told, counts
from troth.policy.difference.values import Class
from troth.policy.languages import Words, words
from troth.policy.render.terminal import UNSEEN, Paint

Where = Callable[[Told], str]
"""The file a change stands in, as the reader has it; empty if not known."""

WIDTH = 100
"""Columns of a terminal that text is wrapped to."""

COLOURS: dict[Class, str] = {
    "fresh consent": "error",
    "significant": "warning",
    "kept for old data": "accepted",
    "notice": "strong",
    "wording": "gutter",
}


def text(
    listed: Sequence[Told], where: Where, *, every: bool = False, colour: bool = False, language: str = "en"
) -> str:
    """Grouped by class, heaviest first, the counts last. `every`: wording too."""
    paint, w = Paint(colour), words(language)
    blocks = []
    for name, group in _groups(listed, every):
        head = f"{paint(COLOURS[name], class_name(name, language))}: {class_means(name, language)}"
        blocks.append("\n\n".join([head, *(_block(one, where, paint, w) for one in group)]))
    return "\n\n".join([*blocks, summary(listed, every=every, language=language)])


def summary(listed: Sequence[Told], *, every: bool = False, language: str = "en") -> str:
    """`1 significant, 2 notice; 3 wording, not shown`: how to see them stands there too."""
    w, found = words(language), counts([one.change for one in listed])
    silent = found.pop("wording")
    if not listed:
        return w("changes.count.none")
    parts = [f"{w.number(number)} {class_name(name, language)}" for name, number in found.items() if number]
    loud = w("join.comma").join(parts) or w("changes.count.silent")
    if not silent:
        return loud
    wording = f"{w.number(silent)} {class_name('wording', language)}"
    if every:
        return w("changes.count.both", loud=loud, wording=wording)
    texts = sum(one.change.kind == "reworded" for one in listed)
    if texts:
        return w("changes.count.texts", count=texts, loud=loud, wording=wording)
    return w("changes.count.hidden", loud=loud, wording=wording)


def markdown(
    listed: Sequence[Told], where: Where, *, every: bool = False, title: str = "", language: str = "en"
) -> str:
    """For a comment: a heading a class, a point a change, the counts last."""
    w = words(language)
    lines = [f"## {plain(w('changes.title', title=title))}", ""] if title else []
    for name, group in _groups(listed, every):
        head, means = class_name(name, language), class_means(name, language)
        lines += [f"### {head[:1].upper()}{head[1:]}", "", f"{means[:1].upper()}{means[1:]}.", ""]
        for one in group:
            lines += _point(one, where, w)
        lines.append("")
    return "\n".join([*lines, f"**{plain(summary(listed, every=every, language=language))}**"])


def data(listed: Sequence[Told], where: Where) -> list[dict[str, Any]]:
    """Plain data, one mapping a change; names of rows are `touchpoint.row`, places count from 1."""
    return [_plain(one, where) for one in listed]


def plain(value: str) -> str:
    """A text that Markdown and HTML take for nothing but text, on one line, and that calls nobody by name."""
    flat = re.sub(r"([\\`*_\[\]~|]|^[#+-]|^\d+(?=[.)]))", r"\\\1", " ".join(value.split()))
    return flat.replace("<", "&lt;").replace("@", "&#64;")


def _groups(listed: Sequence[Told], every: bool) -> Iterator[tuple[Class, list[Told]]]:
    shown = [one for one in listed if every or not one.change.silent]
    for name, group in groupby(shown, key=lambda one: one.change.heaviest):
        yield name, list(group)


def _block(one: Told, where: Where, paint: Paint, w: Words) -> str:
    sentence = wrap(_line(one.sentence), WIDTH, initial_indent="  ", subsequent_indent="  ")
    lines = [paint("strong", line) for line in sentence]
    if one.change.silent:
        lines += [f"    {mark} {_line(part)}" for mark, part in _sides(one)]
    else:
        labelled = _labelled(one, w)
        margin = max(len(label) for label, _ in labelled) + 2
        for label, value in labelled:
            indent = " " * (4 + margin)
            lines += wrap(f"    {label:<{margin}}{_line(value)}", WIDTH, subsequent_indent=indent)
    place = where(one)
    return "\n".join([*lines, f"    {paint('gutter', '-->')} {place}"] if place else lines)


def _labelled(one: Told, w: Words) -> list[tuple[str, str]]:
    """What is told of a change beside its sentence, each with its label."""
    also = w.join(class_name(name, w.language) for name in one.change.classes[1:])
    told = (("concerns", one.concerned), ("why", one.why), ("law", one.law), ("also", also))
    return [(w(f"changes.label.{name}"), value) for name, value in told if value]


def _line(value: str) -> str:
    """On one line, and nothing in it that a terminal would act on."""
    return UNSEEN.sub("\ufffd", " ".join(value.split()))


def _sides(one: Told) -> Iterator[tuple[str, str]]:
    yield from (("-", part) for part in one.change.old)
    yield from (("+", part) for part in one.change.new)


def _point(one: Told, where: Where, w: Words) -> list[str]:
    lines = [f"- {plain(one.sentence)}"]
    if one.change.silent:
        labels = {"-": w("changes.label.old"), "+": w("changes.label.new")}
        lines += [f"  - {labels[mark]}: {plain(part)}" for mark, part in _sides(one)]
    else:
        lines += [f"  - {label}: {plain(value)}" for label, value in _labelled(one, w)]
    place = where(one)
    return [*lines, f"  - `{place.replace('`', '')}`"] if place else lines


def _plain(one: Told, where: Where) -> dict[str, Any]:
    change, place = one.change, one.place
    return {
        "kind": change.kind,
        "class": change.heaviest,
        "classes": list(change.classes),
        "sentence": one.sentence,
        "concerned": one.concerned,
        "why": one.why,
        "law": one.law,
        "where": change.where,
        "gone": change.gone,
        "file": where(one).rsplit(":", 2)[0] if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "rows": [f"{touchpoint}.{row}" for touchpoint, row in change.rows],
        "everyone": change.everyone,
        "purposes": list(change.purposes),
        "recipients": list(change.recipients),
        "items": list(change.items),
        "old": list(change.old),
        "new": list(change.new),
    }
