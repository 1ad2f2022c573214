"""Examples for the page of the policy language: parts of policies that are checked, written as their authors did."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel

from troth.policy.format import formatted
from troth.policy.load import load
from troth.policy.merge import merge
from troth.policy.model import Policy
from troth.policy.shape import SECTIONS
from troth.policy.tree import Data, parse

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "policies" / "quali", ROOT / "src" / "troth" / "policy" / "codes" / "base")
LONGEST = 12
"""Lines of an example, where one that short is found."""

OURS = {
    "AutomatedDecision": """\
purposes:
  score-credit:
    label: Decide whether you may pay by invoice
    dpv: dpv:CustomerSolvencyMonitoring
    profiling: true
    automated:
      logic: We compare your order with how earlier bills were paid.
      consequences: You may have to pay in advance.
      human: Write to us, and one of us looks at it again.
""",
    "Recourse": """\
dpf:
  entities: [Tea Post Inc.]
  commitment: What we receive under the framework we keep by its Principles.
  recourse: {name: JAMS, url: "https://www.jamsadr.com/dpf-dispute-resolution"}
""",
    "California": """\
california:
  sells_or_shares: false
  methods: [the form in our privacy centre, privacy@example.com]
  equal_service: Nobody is treated worse for using a right.
""",
}
"""Examples of parts that no policy of ours has, by model; a test reads them with it."""


def example(model: type[BaseModel]) -> str:
    """YAML of one part of that kind, under the key it stands at: the one with the most keys that is short."""
    found = [text for _, text in sorted(_found().get(model.__name__, []), key=lambda pair: pair[0])]
    return found[0] if found else OURS.get(model.__name__, "")


@cache
def _found() -> dict[str, list[tuple[tuple[bool, int, int], str]]]:
    examples: dict[str, list[tuple[tuple[bool, int, int], str]]] = {}
    for folder in SOURCES:
        loaded = load(folder)
        assert loaded.policy, f"{folder.name} has errors"
        whole, _ = merge([parse(text, name)[0] for name, text in loaded.sources.items()], SECTIONS)
        for part, path, data in _parts(loaded.policy, (), whole.data):
            text = _written(path, data)
            lines, keys = text.count("\n"), len(data) if isinstance(data, dict) else 0
            order = (lines > LONGEST, lines if lines > LONGEST else -keys, lines)
            examples.setdefault(type(part).__name__, []).append((order, text))
    return examples


def _parts(value: object, path: tuple[str, ...], data: Data) -> Iterator[tuple[BaseModel, tuple[str, ...], Data]]:
    """Every part of a policy, the keys it stands under, and what the files have there."""
    if isinstance(value, BaseModel):
        if not isinstance(value, Policy):
            yield value, path, data
        for name in type(value).model_fields:
            if isinstance(data, dict) and name in data:
                yield from _parts(getattr(value, name), (*path, name), data[name])
    elif isinstance(value, dict) and isinstance(data, dict):
        for name in value:
            yield from _parts(value[name], (*path, name), data[name])
    elif isinstance(value, tuple) and isinstance(data, list) and len(value) == len(data):
        for one, other in zip(value, data, strict=True):
            yield from _parts(one, (*path, "-"), other)


def _written(path: tuple[str, ...], data: Data) -> str:
    """The part under its key: `data:` and the name of the item above an item, `rows:` above a row."""
    last, above = path[-1], path[:-1]
    outer: dict[str, object] = {above[-1]: [data]} if last == "-" else {last: data}
    if last != "-" and above and "-" not in path:
        outer = {above[-1]: outer}
    if path[0] == "translations":
        outer = {path[0]: outer}
    text = yaml.safe_dump(outer, sort_keys=False, allow_unicode=True, width=1_000, default_flow_style=None)
    bare = re.sub(r"'([a-z]+:[A-Za-z]+|\d{4}-\d\d-\d\d)'", r"\1", text)
    return formatted(bare, "example.yaml").text or text
