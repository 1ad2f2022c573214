"""Changes one entry in the text of a systems file, line by line, and leaves every other line as it is. Pure."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

STEP = 2
_LINE = re.compile(r"[^\n\r\x85\u2028\u2029]*(?:\r\n|[\n\r\x85\u2028\u2029]|\Z)")  # as YAML counts them
_BREAKS = re.compile(r"[\r\x85\u2028\u2029]")


def entry(text: str, name: str, wanted: Mapping[str, Any] | None) -> str:
    """The text with `systems: {name: wanted}`; without that entry where `wanted` is None.

    Where the text is written otherwise than a block can be changed in, the block is written anew.
    """
    lines = list(filter(None, _LINE.findall(text)))
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    root = yaml.compose(text, yaml.CSafeLoader)
    found = _child(root, "systems")
    if found is None:
        head = "" if not lines or wanted is None else "systems:\n"
        return "".join(lines) + (_systems(name, wanted) if not lines else head + _block({name: wanted}, STEP, wanted))
    key, systems = found
    if not isinstance(systems, yaml.MappingNode) or systems.flow_style or not systems.value:
        return _anew(lines, key, systems, name, wanted)
    there = _child(systems, name)
    indent = systems.value[0][0].start_mark.column
    if there is None:
        at = _last(systems) + 1
        return "".join([*lines[:at], _block({name: wanted}, indent, wanted), *lines[at:]])
    return _replaced(lines, there, name, wanted, alone=len(systems.value) == 1)


def _systems(name: str, wanted: Mapping[str, Any] | None) -> str:
    return "" if wanted is None else "systems:\n" + _block({name: wanted}, STEP, wanted)


def _anew(lines: list[str], key: yaml.Node, systems: yaml.Node, name: str, wanted: Mapping[str, Any] | None) -> str:
    """`systems: {…}` or an empty `systems:`, as a block."""
    held = _value(systems) or {}
    held = {other: settings for other, settings in held.items() if other != name} | ({name: wanted} if wanted else {})
    start, end = key.start_mark.line, _last(systems)
    fresh = _dump({"systems": held}, 0)
    return "".join([*lines[:start], fresh, *lines[end + 1 :]])


def _replaced(
    lines: list[str], there: tuple[yaml.Node, yaml.Node], name: str, wanted: Mapping[str, Any] | None, *, alone: bool
) -> str:
    key, old = there
    start, end = key.start_mark.line, _last(old)
    if wanted is None:
        fresh = [" " * key.start_mark.column + "{}\n"] if alone else []
        return "".join([*lines[:start], *fresh, *lines[end + 1 :]])
    if not isinstance(old, yaml.MappingNode) or old.flow_style or not old.value:
        note = _note(lines[end], old)
        told = [" " * key.start_mark.column + note.strip() + "\n"] if note.strip() else []
        return "".join(
            [*lines[:start], *told, _block({name: wanted}, key.start_mark.column, wanted), *lines[end + 1 :]]
        )
    return "".join([*lines[: start + 1], *_settings(lines, old, wanted), *lines[end + 1 :]])


def _settings(lines: list[str], old: yaml.MappingNode, wanted: Mapping[str, Any]) -> list[str]:
    """The lines of an entry's settings: kept where the value is the same, else written anew."""
    first, indent = old.start_mark.line, old.value[0][0].start_mark.column
    told: list[str] = []
    at, seen = first, set()
    for key, value in old.value:
        start, end = key.start_mark.line, _last(value)
        told += lines[at:start]  # comments and empty lines before it
        at = end + 1
        seen.add(key.value)
        if key.value in wanted and _value(value) == wanted[key.value]:
            told += lines[start:at]
        elif key.value in wanted:
            told.append(_dump({key.value: wanted[key.value]}, indent, _note(lines[end], value)))
    told += [_dump({name: value}, indent) for name, value in wanted.items() if name not in seen]
    return told


def _note(line: str, value: yaml.Node) -> str:
    """The comment behind a value that ends in this line, with the blanks before it."""
    rest = line[value.end_mark.column :].rstrip("\n")
    return rest if rest.lstrip().startswith("#") and isinstance(value, yaml.ScalarNode | yaml.MappingNode) else ""


def _block(content: Mapping[str, Any], indent: int, wanted: Mapping[str, Any] | None) -> str:
    return "" if wanted is None else _dump(content, indent)


def _dump(content: Mapping[str, Any], indent: int, note: str = "") -> str:
    plain = {key: dict(value) if isinstance(value, Mapping) else value for key, value in content.items()}
    text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, default_flow_style=False, width=4096)
    if _BREAKS.search(text):  # said by escapes, so that a line stays a line
        text = yaml.safe_dump(plain, sort_keys=False, default_flow_style=False, width=4096)
    rows = text.removesuffix("\n").split("\n")
    rows[0] += note
    return "".join(f"{' ' * indent}{row}\n" for row in rows)


def child_value(text: str, name: str) -> Any:
    """The value of a member of the whole; None where there is none."""
    found = _child(yaml.compose(text, yaml.CSafeLoader), name)
    return None if found is None else _value(found[1])


def twice(text: str) -> str:
    """A system, or a setting of one, that is named twice: readers of YAML silently take the last. Empty for none."""
    found = _child(yaml.compose(text, yaml.CSafeLoader), "systems")
    systems = found[1] if found else None
    entries = [value for _, value in systems.value] if isinstance(systems, yaml.MappingNode) else []
    for node in (systems, *entries):
        names = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
        if again := next((name for name in names if names.count(name) > 1), ""):
            return str(again)
    return ""


def _child(node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next(((key, value) for key, value in pairs if getattr(key, "value", None) == name), None)


def _last(node: yaml.Node) -> int:
    """The last line that belongs to a value. The end of a block is told as where the next thing begins."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return _last(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _last(node.value[-1])
    end = node.end_mark
    return end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line


def _value(node: yaml.Node) -> Any:
    return yaml.SafeLoader("").construct_document(node)
