"""The file a translator fills in: `translations/<language>.yaml`, made or brought up to date. Pure: text in, text out.

What stands in the file stays as it is, comments included. Texts without a translation are added with `says:` left
empty. Entries whose text the policy no longer holds become comments, beside the text that took their place where one
is close: so the translator sees what changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from troth.policy.languages.block import Block, Edit, Unfit, block, edited, last_line
from troth.policy.languages.emit import field
from troth.policy.languages.spoken import EVERYONE
from troth.policy.localise import completeness, texts
from troth.policy.model import Policy
from troth.policy.tree import Tree, parse

__all__ = ["Unfit", "filled"]

CLOSE = 0.6
"""How alike an old and a new text must be for one to stand for the other."""


def filled(source: str, file: str, policy: Policy, language: str) -> str:
    """The file with what is missing added, and with what is outdated turned into comments.

    `source`: the file as it stands, empty for a new one; `policy`: the whole policy, this file included.
    Raises Unfit if the file cannot be read or is not written with each entry on lines of its own.
    """
    tree, problems = parse(source, file)
    if problems:
        raise Unfit(f"`{file}` cannot be read: `troth check` says why")
    lines = source.splitlines()
    edits = [*_translations(tree, lines, policy, language), *_wording(tree, lines, policy, language)]
    return "\n".join(edited(lines, edits)).lstrip("\n").rstrip() + "\n"


def _translations(tree: Tree, lines: Sequence[str], policy: Policy, language: str) -> Iterator[Edit]:
    at = block(tree, lines, "translations", language)
    listed = {entry.text for entry in policy.translations.get(language, ())}
    missing = {text: place for text, place in completeness(policy, language).missing.items() if text not in listed}
    old = _outdated(tree, lines, policy, language, at)
    before = _replaced(missing, old)
    for text, (start, end) in old.items():
        kept = () if text in before.values() else ("# The policy no longer says:", *_comment(lines[start:end], at))
        yield Edit(start, end, tuple(f"{at.indent}{line}" for line in kept))
    new = tuple(_added(missing, before, old, lines, at))
    if new:
        yield Edit(at.end, at.end, (*at.head, *new))


def _texts(tree: Tree, language: str) -> list[str]:
    section = tree.data.get("translations")
    entries = section.get(language) if isinstance(section, dict) else None
    found = entries if isinstance(entries, list) else []
    return [str(entry.get("text")).strip() if isinstance(entry, dict) else "" for entry in found]


def _outdated(tree: Tree, lines: Sequence[str], policy: Policy, language: str, at: Block) -> dict[str, tuple[int, int]]:
    """The texts of this file that the policy does not hold, each with its lines (from 0, end not included)."""
    held = {*texts(policy), EVERYONE}
    found: dict[str, tuple[int, int]] = {}
    for number, text in enumerate(_texts(tree, language)):
        if text not in held and text not in found:
            start = tree.places[f"translations.{language}.{number}"].line
            found[text] = (start - 1, last_line(lines, start, len(at.indent)))
    return found


def _replaced(missing: Mapping[str, str], old: Mapping[str, object]) -> dict[str, str]:
    """New text → the outdated one it most likely took the place of; each outdated one once."""
    left, found = list(old), {}
    for text in missing if left else ():
        close = get_close_matches(text, left, n=1, cutoff=CLOSE)
        if close:
            found[text] = close[0]
            left.remove(close[0])
    return found


def _added(
    missing: Mapping[str, str],
    before: Mapping[str, str],
    old: Mapping[str, tuple[int, int]],
    lines: Sequence[str],
    at: Block,
) -> Iterator[str]:
    """The lines of the new entries, under a comment that says where in the policy they stand."""
    group = ""
    for text, place in missing.items():
        here = _group(place)
        if here != group:
            group = here
            yield f"{at.indent}# {group}"
        if text in before:
            start, end = old[before[text]]
            yield from (f"{at.indent}{line}" for line in ("# It changed; before:", *_comment(lines[start:end], at)))
        first, *rest = field("text", text, f"{at.indent}  ")
        yield f"{at.indent}- {first}"
        yield from rest
        yield f"{at.indent}  says:"


def _group(place: str) -> str:
    """`touchpoints.contact.rows.0.without.1` → `touchpoints.contact`; `rights.access.text` → `rights`."""
    first, _, rest = place.partition(".")
    return f"{first}.{rest.partition('.')[0]}" if first == "touchpoints" else first


def _comment(lines: Sequence[str], at: Block) -> list[str]:
    return [f"# {line[len(at.indent) :]}".rstrip() for line in lines]


def _wording(tree: Tree, lines: Sequence[str], policy: Policy, language: str) -> Iterator[Edit]:
    there = policy.wording.get(language, {})
    missing = {k: text for k, text in completeness(policy, language).wording_missing.items() if k not in there}
    if not missing:
        return
    at = block(tree, lines, "wording", language)
    new = tuple(f"{at.indent}{line}" for key, text in missing.items() for line in (f"# {text}".rstrip(), f"{key}:"))
    yield Edit(at.end, at.end, (*at.head, *new))
