"""Pydantic models → Markdown tables: key, what may stand there, meaning."""

import types
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from troth.policy.fields import models_in
from troth.policy.model import base, promises
from troth.systems.kit.settings import Secret

Names = Mapping[str, str]
"""Name of a model → how a reader knows it."""

KNOWN = (
    (base.Id, "name"),
    (Secret, "credential"),
    (base.Text, "text"),
    (base.Country, "country (two letters, such as `DE`)"),
    (base.Period, "period (ISO 8601, such as `P60D`)"),
    (base.Texts, "text, or list of texts"),
    (base.Basis, "legal basis"),
    (promises.Lines, 'list of lines, such as `[5, "8-11"]`'),
    (promises.NotYet, "list of names, or `not yet`"),
)
PLAIN = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`", date: "date", Any: "anything"}


def reached(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The model and all it holds, in the order of the fields."""
    found: dict[type[BaseModel], None] = {}

    def walk(one: type[BaseModel]) -> None:
        if one not in found:
            found[one] = None
            for hint in hints(one).values():
                for each in models_in(hint):
                    walk(each)

    walk(model)
    return list(found)


def hints(model: type[BaseModel]) -> dict[str, Any]:
    """The annotations of the fields, with everything `Annotated`."""
    every = get_type_hints(model, include_extras=True)
    return {name: every[name] for name in model.model_fields}


def kind(annotation: Any, links: Names) -> str:  # noqa: PLR0911  one line a kind of annotation
    """What may stand there, in words."""
    for known, words in KNOWN:
        if annotation == known:
            return words
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        short = any(isinstance(m, BeforeValidator) for m in parts[1:]) and _shortened(parts[0])
        return ("name, or " if short else "") + kind(parts[0], links)
    if origin is Literal:
        return "one of " + ", ".join(f"`{part}`" for part in parts) if len(parts) > 1 else f"`{parts[0]}`"
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(kind(part, links) for part in parts if part is not types.NoneType))
    if origin is tuple:
        return f"list of: {kind(parts[0], links)}"
    if origin in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        return f"mapping of name to: {kind(parts[1], links)}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return links.get(annotation.__name__, annotation.__name__)
    return PLAIN.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _shortened(annotation: Any) -> bool:
    """True for a model, or a list of one, that the files may write as a single name."""
    return get_origin(annotation) in (None, tuple) and any(True for _ in models_in(annotation))


def table(model: type[BaseModel], links: Names, meanings: Names) -> str:
    """The fields as a table. `meanings`: `Model.field` → words, where the code gives none."""
    rows = ["| key | what may stand there | meaning |", "|---|---|---|"]
    for name, hint in sorted(hints(model).items(), key=lambda pair: pair[0] == "assumption"):
        info = model.model_fields[name]
        says = meaning(model, name, info, meanings)
        rows.append(f"| `{info.alias or name}`{_need(info)} | {_cell(kind(hint, links))} | {_cell(says)} |")
    return "\n".join(rows)


def meaning(model: type[BaseModel], name: str, info: FieldInfo, meanings: Names) -> str:
    """The description in the code, else ours. Raises KeyError naming the field that has none."""
    return info.description or _ours(model, name, meanings)


def _ours(model: type[BaseModel], name: str, meanings: Names) -> str:
    for each in model.__mro__:
        if f"{each.__name__}.{name}" in meanings:
            return meanings[f"{each.__name__}.{name}"]
    raise KeyError(f"{model.__name__}.{name} has no meaning: give the field a description, or one in `meanings`")


def _need(info: FieldInfo) -> str:
    if info.is_required():
        return " (needed)"
    default = info.get_default(call_default_factory=False)
    if isinstance(default, bool | int | float | str) and default not in ("", False):
        return f" (else `{str(default).lower() if isinstance(default, bool) else default}`)"
    return ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def says(model: type[BaseModel]) -> str:
    """The first paragraph of a docstring, for readers of Markdown."""
    return " ".join((model.__doc__ or "").strip().split("\n\n")[0].split())
