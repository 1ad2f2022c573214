"""An error of the models → a problem in the author's words, at the place in the files."""

import re
import unicodedata
from datetime import date

from pydantic_core import ErrorDetails

from troth.policy.fields import fields_at, models_in
from troth.policy.model.base import COUNTRIES
from troth.policy.places import Place, nearest
from troth.policy.problems import Problem, did_you_mean, shown
from troth.policy.tree import Data, Tree
from troth.policy.words import part

ID = "lower case letters, digits and hyphens, starting with a letter or digit, at most 64"

LANGUAGES = frozenset({"translations", "wording"})
"""Sections whose keys are language tags."""

WANTED = {
    "string_type": "a text",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "dict_type": "a mapping of `key: value` lines",
    "model_type": "a mapping of `key: value` lines",
    "model_attributes_type": "a mapping of `key: value` lines",
    "tuple_type": "a list",
    "list_type": "a list",
}


def problem_of(detail: ErrorDetails, tree: Tree, *, guess: bool = True) -> Problem:
    """Always gives a problem: an error of a kind unknown here keeps the words it came with.

    `guess`: say what a key that is not known may have meant.
    """
    path, end = _located(detail, tree)
    kind = detail["type"]
    if kind == "missing":
        return _missing(path, end, tree)
    if kind == "extra_forbidden":
        return _unknown(path, tree, guess=guess)
    if end == "[key]":
        return _key_unfit(path, tree)
    code, message, help = _value(detail)
    if kind in PARTS and help is None:
        help = _outline(path)
    return Problem(code, "error", message, nearest(tree.places, path), path, help)


PARTS = frozenset({"model_type", "model_attributes_type"})


def _outline(path: str) -> str | None:
    """What a part cannot do without, as one would write it."""
    needed = [name for name, info in fields_at(path).items() if info.is_required()]
    return f"write `{{{', '.join(f'{name}: …' for name in needed)}}}`" if needed else None


def _located(detail: ErrorDetails, tree: Tree) -> tuple[str, str]:
    """The path of the error as far as the files have it, and the last step that they do not have."""
    here: Data = tree.data
    steps: list[str] = []
    end = ""
    at = (detail.get("ctx") or {}).get("at", ())
    for step in (*detail["loc"], *at):
        inside = here if isinstance(here, dict) else dict(enumerate(here)) if isinstance(here, list) else {}
        if step in inside:
            here = inside[step]
            steps.append(str(step))
        else:
            end = str(step)
    return ".".join(steps), end


def _key(path: str, tree: Tree) -> Place | None:
    return tree.keys.get(path) or nearest(tree.places, path)


def _key_unfit(path: str, tree: Tree) -> Problem:
    section, _, name = path.rpartition(".")
    what, help = ("not a name", ID) if section not in LANGUAGES else ("no language tag", "write one such as `de`")
    if section not in LANGUAGES and plainly(name) != name:
        help = f"write for example `{plainly(name)}`: {ID}"
    return Problem("T-0105", "error", f"{shown(name)} is {what}", _key(path, tree), path, help)


UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def plainly(name: str) -> str:
    """A name as close to the given one as the rules for names let it be; the same if nothing helps."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(UMLAUTS)).encode("ascii", "ignore").decode()
    near = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64]
    return near or name


def _missing(path: str, name: str, tree: Tree) -> Problem:
    where = f"{path}.{name}" if path else name
    place = _key(path, tree) if path else tree.head()
    fields = fields_at(path)
    help = (fields[name].description if name in fields else None) or f"add `{name}:`"
    return Problem("T-0101", "error", f"{part(path)} has no `{name}`", place, where, help)


def _unknown(path: str, tree: Tree, *, guess: bool) -> Problem:
    around, _, key = path.rpartition(".")
    if key == "<<":
        help: str | None = "merge keys are not part of YAML 1.2: write the values out"
    elif not guess:
        help = None
    else:
        known = fields_at(around)
        every = f"known keys: {', '.join(f'`{k}`' for k in known)}" if known else None
        help = misplaced(around, key) or _unquoted(key) or did_you_mean(key, known) or every
    return Problem("T-0102", "error", f"{part(around)} has no key `{key}`", _key(path, tree), path, help)


def misplaced(around: str, key: str) -> str | None:
    """Where a key belongs that a part around it, or one inside it, would know."""
    steps = around.split(".")
    for length in range(len(steps) - 1, 0, -1):
        above = ".".join(steps[:length])
        if key in fields_at(above):
            return f"it is a key of {part(above)}: move it further left"
    for name, info in fields_at(around).items() if around else ():
        if any(key in model.model_fields for model in models_in(info.annotation)):
            return f"it is a key of an entry of `{name}`: move it there"
    return None


def _unquoted(key: str) -> str | None:
    """For quotes of a word processor, which YAML takes for letters."""
    return 'put the text in straight quotes: `"…"`' if re.search("[“”„‘’«»]", key) else None


def _value(detail: ErrorDetails) -> tuple[str, str, str | None]:  # noqa: PLR0911  one line a kind of error
    kind, given, ctx = detail["type"], detail["input"], detail.get("ctx") or {}
    if kind in WANTED:
        return _type(given, WANTED[kind])
    if kind in ("literal_error", "enum"):
        return _choice(given, str(ctx.get("expected", "")))
    if kind == "string_pattern_mismatch":
        return _pattern(given, str(ctx.get("pattern", "")))
    if kind.startswith("date_"):
        return "T-0107", f"{shown(given)} is not a date", f"write it as `{date(2026, 1, 31)}`"
    if kind == "string_too_long":
        return "T-0105", f"{shown(given)} is too long", ID
    if kind in ("too_short", "string_too_short"):
        return "T-0108", "this must not be empty", "name at least one" if kind == "too_short" else "write something"
    return _ours(given, str(ctx.get("message") or ctx.get("error") or detail["msg"]))


def _type(given: object, wanted: str) -> tuple[str, str, str | None]:
    if isinstance(given, dict | list | tuple):
        got = "a mapping" if isinstance(given, dict) else "a list"
    else:
        got = "nothing" if given is None else shown(given)
    return "T-0104", f"expected {wanted}, not {got}", _typed(given, wanted)


def _typed(given: object, wanted: str) -> str | None:
    """How to write a value that is not of the type wanted."""
    if given is None:
        return "write it, or remove the line"
    if wanted == "a text" and isinstance(given, bool | int | float):
        return f'put it in quotes: `"{shown(given)[1:-1]}"`'
    if wanted == "a list":
        return _listed(given)
    if wanted.startswith("a mapping"):
        return "write `name: …` lines, without the `-`" if isinstance(given, list | tuple) else None
    return TYPED.get(wanted)


TYPED = {
    "`true` or `false`": "write one of the two, without quotes",
    "a whole number": "write it in digits, without quotes",
}
NOBODY = frozenset({"none", "None", "nobody", "keine", "-"})


def _listed(given: object) -> str:
    if isinstance(given, dict):
        return "begin each entry with `- `"
    return "write `[]` for none" if given in NOBODY else f"write `[{shown(given)[1:-1]}]`"


def _choice(given: object, expected: str) -> tuple[str, str, str | None]:
    names = re.findall(r"'([^']*)'", expected) or [expected]
    listed = ", ".join(f"`{n}`" for n in names)
    guess = did_you_mean(given, names) if isinstance(given, str) else None
    choose = f"choose {'one of ' if len(names) > 1 else ''}{listed}"
    got = "a mapping" if isinstance(given, dict) else "a list" if isinstance(given, list | tuple) else shown(given)
    return "T-0103", f"{got} cannot stand here", f"{guess} {choose}" if guess else choose


def _pattern(given: object, pattern: str) -> tuple[str, str, str | None]:
    if pattern.startswith("^[A-Z]"):
        return _country(given)
    if "T-" in pattern:
        return (
            "T-0105",
            f"{shown(given)} is not the code of a finding",
            "write it as `check` prints it, such as `T-0301`",
        )
    near = plainly(given) if isinstance(given, str) else given
    return "T-0105", f"{shown(given)} is not a name", ID if near == given else f"write for example `{near}`: {ID}"


def _country(given: object) -> tuple[str, str, str]:
    help = "write its two letters of ISO 3166-1, such as `DE`"
    if given == "UK":
        help = "did you mean `GB`? that is the code of the United Kingdom"
    elif given in ("EU", "EEA", "EWR"):
        help = "name the countries one by one: `[DE, IE]`"
    elif isinstance(given, str) and given.upper() in COUNTRIES:
        help = f"did you mean `{given.upper()}`?"
    return "T-0110", f"{shown(given)} is not a country", help


def _ours(given: object, message: str) -> tuple[str, str, str | None]:
    if message.endswith("not a country"):
        return _country(given)
    if message.startswith("not a period"):
        return "T-0106", f"{shown(given)} is not a period", "write an ISO 8601 duration such as `P60D`, `P6M` or `P1Y`"
    return "T-0109", message[:1].lower() + message[1:], next((h for m, h in FITS.items() if m in message), None)


EVENTS = "`recorded`, `last contact`, `account closed` or `contract ended`"
FITS = {
    "needs `after`": f"add `after:` with {EVENTS}",
    "needs `review`": f"add `review: P1Y`, and `review_after:` with {EVENTS}",
    "exactly one of": "keep the one that holds: a `period` from an event, `until: unneeded` or `per: cookie`",
    "not among its bases": "add it to the `bases`, or rely on one of those",
    "not among the countries": "add the country to `countries`, or remove the mechanism",
}
