"""Settings of a connector as a form: what to ask, and what was answered. Secrets go in and never come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from troth.systems.kit import secrets
from troth.systems.kit.entered import credential, value
from troth.systems.kit.settings import PLACES, ConnectorSettings, Secret, is_address

Kind = Literal["text", "secret", "number", "whole", "yes-no", "choice", "list", "pairs", "yaml"]
PLAIN: Mapping[Any, Kind] = {str: "text", bool: "yes-no", int: "whole", float: "number", ...: "text"}
NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Field:
    """One thing to ask.

    `kind`: how it is asked; `list` is one thing a line, `pairs` one `name: value` a line, `yaml` what has parts of its
    own. `default`: what stands there when nothing is entered, as text. `choices`: for `choice`. `rare`: most people
    leave it as it is. `address`: calls go there. `file_only`: credentials stand among its parts, so that it is neither
    shown nor entered, but kept as the systems file has it.
    """

    name: str
    title: str
    help: str
    kind: Kind
    required: bool
    default: str = ""
    choices: tuple[str, ...] = ()
    rare: bool = False
    address: bool = False
    file_only: bool = False

    @property
    def secret(self) -> bool:
        return self.kind == "secret"


@dataclass(frozen=True)
class Answered:
    """What a form gave.

    `config`: the entry for the systems file. `errors`: field → what is wrong with it, in words; under the empty name
    what is wrong with the whole. An entry with errors is not to be saved. `secrets`: name → credential to keep before
    the entry is saved.
    """

    config: Mapping[str, Any]
    errors: Mapping[str, str]
    secrets: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Answered(config={sorted(self.config)}, errors={sorted(self.errors)}, secrets={sorted(self.secrets)})"

    def keep_secrets(self) -> None:
        """Keep what was entered; the entry names it by `secret:NAME`."""
        for name, given in self.secrets.items():
            secrets.keep(name, given)

    def drop_secrets(self) -> None:
        """Drop them again: the entry was not saved."""
        for name in self.secrets:
            secrets.drop(name)


def fields(settings: type[ConnectorSettings]) -> tuple[Field, ...]:
    """What to ask: the address, the connector's own settings, then what every connector has."""
    shared = tuple(ConnectorSettings.model_fields)
    own = [name for name in settings.model_fields if name not in shared]
    order = ["url", *own, *(name for name in shared if name != "url")]
    hints = get_type_hints(settings)
    return tuple(_field(name, settings.model_fields[name], hints[name], name in RARE) for name in order)


RARE = frozenset({"allow_private", "timeout", "patience", "rate", "fields"})


def shown(settings: type[ConnectorSettings], config: Mapping[str, Any]) -> dict[str, str]:
    """Field → text for a form that edits an entry of the systems file; a secret is always empty."""
    hidden = {field.name for field in fields(settings) if field.secret or field.file_only or field.name not in config}
    return {field.name: "" if field.name in hidden else _told(field, config[field.name]) for field in fields(settings)}


def secret_places(settings: type[ConnectorSettings], config: Mapping[str, Any], base_dir: Path) -> dict[str, str]:
    """Secret field → where its credential is: `env:NAME`, `file:PATH`, `secret:NAME`, `literal`; `not set` where the
    entry names none, or nothing is there."""
    told = {}
    for field in fields(settings):
        if field.secret:
            given = config.get(field.name)
            it = Secret(given, base_dir) if isinstance(given, str) and given else None
            told[field.name] = it.place if it and it.is_set else "not set"
    return told


def parse(
    system: str,
    settings: type[ConnectorSettings],
    submitted: Mapping[str, str],
    base_dir: Path,
    kept: Mapping[str, Any] = NONE,
) -> Answered:
    """A submitted form (field → text) as an entry of the systems file.

    kept: the entry as it stands; a secret that is left empty stays as it is there. A secret entered as `env:NAME` or
    `file:PATH` is named in the entry; any other is kept as `secret:SYSTEM.FIELD`, or a name of its own where that is
    taken.
    """  # fmt: skip
    config: dict[str, Any] = {}
    errors: dict[str, str] = {}
    entered: dict[str, str] = {}
    for field in fields(settings):
        text = submitted.get(field.name, "").strip()
        if field.file_only:
            config |= {field.name: kept[field.name]} if field.name in kept else {}
        elif field.secret:
            place = _place_of(text, f"{system}.{field.name}", kept.get(field.name), entered)
            config |= {field.name: place} if place else {}
        elif text:
            try:
                config[field.name] = value(field.kind, text)
            except ValueError as error:
                errors[field.name] = str(error)
        elif field.kind == "yes-no" and field.default == "yes":
            config[field.name] = False
    return Answered(config, {**_faults(settings, config, base_dir, errors), **errors}, entered)


def _place_of(text: str, name: str, kept: Any, entered: dict[str, str]) -> Any:
    """What the entry says of a secret; one that was entered itself goes into `entered`."""
    if not text:
        return kept
    if text.startswith(PLACES[1:]):
        return text
    name = secrets.free(secrets.name_for(name))
    entered[name] = credential(text)
    return f"secret:{name}"


def _faults(
    settings: type[ConnectorSettings], config: Mapping[str, Any], base_dir: Path, known: Mapping[str, str]
) -> dict[str, str]:
    try:
        settings.model_validate(dict(config), context={"base_dir": base_dir})
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        return {_place(e["loc"]): _within(e["loc"]) + _words(e["type"], e["msg"]) for e in faults}
    return {}


def _within(loc: tuple[int | str, ...]) -> str:
    """Which part of a field with parts: `1.bucket: `, counted from 1."""
    parts = [str(one + 1) if isinstance(one, int) else one for one in loc[1:]]
    return f"{'.'.join(parts)}: " if parts else ""


def _place(loc: tuple[int | str, ...]) -> str:
    return str(loc[0]) if loc else ""


def _words(kind: str, message: str) -> str:
    if kind == "missing":
        return "is needed"
    if kind == "extra_forbidden":
        return "is not known here"
    return message.removeprefix("Value error, ").replace("Input should", "should", 1)


def _field(name: str, info: FieldInfo, hint: Any, rare: bool) -> Field:
    kind, choices = _kind(hint)
    required = info.is_required()
    default = info.get_default(call_default_factory=True) if not required else PydanticUndefined
    text = "" if default in (PydanticUndefined, None) or isinstance(default, Secret) else _as_text(default)
    told = (name, info.title or name, info.description or "", kind, required, text, choices, rare)
    return Field(*told, address=is_address(info), file_only=kind == "yaml" and _holds_secret(hint))


def _holds_secret(hint: Any) -> bool:
    """Whether a credential is somewhere among the parts of this type."""
    if hint is Secret:
        return True
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return any(map(_holds_secret, get_type_hints(hint).values()))
    return any(map(_holds_secret, get_args(hint)))


def _kind(hint: Any) -> tuple[Kind, tuple[str, ...]]:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        hint = next(part for part in parts if part is not NoneType)
        return _kind(hint)
    if origin is Literal:
        return "choice", tuple(map(str, parts))
    if hint is Secret:
        return "secret", ()
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return ("pairs" if all(part in PLAIN for part in parts) else "yaml"), ()
    if origin in (tuple, list, frozenset, set):
        return ("list" if all(part in PLAIN or get_origin(part) is Literal for part in parts) else "yaml"), ()
    return PLAIN.get(hint, "yaml"), ()


def _told(field: Field, value: Any) -> str:
    if field.kind == "yaml":
        return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100).strip()
    return _as_text(value)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {one}" for name, one in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)
