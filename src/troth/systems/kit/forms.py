"""Settings of a connector as a form: what to ask, and what was answered. Secrets go in and never come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from troth.systems.kit import secrets
from troth.systems.kit.settings import PLACES, ConnectorSettings, Secret

Kind = Literal["text", "secret", "number", "whole", "yes-no", "choice", "list", "pairs", "yaml"]
PLAIN: Mapping[Any, Kind] = {str: "text", bool: "yes-no", int: "whole", float: "number", ...: "text"}
NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Field:
    """One thing to ask.

    `kind`: how it is asked; `list` is one thing a line, `pairs` one `name: value` a line, `yaml` what has parts of its
    own. `default`: what stands there
    when nothing is entered, as text. `choices`: for `choice`. `rare`: most people leave it as it is.
    """

    name: str
    title: str
    help: str
    kind: Kind
    required: bool
    default: str = ""
    choices: tuple[str, ...] = ()
    rare: bool = False

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
        for name, value in self.secrets.items():
            secrets.keep(name, value)


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
    return {
        field.name: "" if field.secret or field.name not in config else _told(field, config[field.name])
        for field in fields(settings)
    }


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
    `file:PATH` is named in the entry; any other is kept as `secret:SYSTEM.FIELD`.
    """  # fmt: skip
    config: dict[str, Any] = {}
    errors: dict[str, str] = {}
    entered: dict[str, str] = {}
    for field in fields(settings):
        text = submitted.get(field.name, "").strip()
        if field.secret:
            place = _place_of(text, f"{system}.{field.name}", kept.get(field.name), entered)
            config |= {field.name: place} if place else {}
        elif text:
            try:
                config[field.name] = _value(field, text)
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
    name = secrets.name_for(name)
    entered[name] = text
    return f"secret:{name}"


def _faults(
    settings: type[ConnectorSettings], config: Mapping[str, Any], base_dir: Path, known: Mapping[str, str]
) -> dict[str, str]:
    try:
        settings.model_validate(dict(config), context={"base_dir": base_dir})
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        return {_place(e["loc"]): _words(e["type"], e["msg"]) for e in faults}
    return {}


def _place(loc: tuple[int | str, ...]) -> str:
    return str(loc[0]) if loc else ""


def _words(kind: str, message: str) -> str:
    if kind == "missing":
        return "is needed"
    return message.removeprefix("Value error, ").replace("Input should", "should", 1)


def _field(name: str, info: FieldInfo, hint: Any, rare: bool) -> Field:
    kind, choices = _kind(hint)
    required = info.is_required()
    default = info.get_default(call_default_factory=True) if not required else PydanticUndefined
    text = "" if default in (PydanticUndefined, None) or isinstance(default, Secret) else _as_text(default)
    return Field(name, info.title or name, info.description or "", kind, required, text, choices, rare)


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


def _value(field: Field, text: str) -> Any:
    """Raises ValueError, in words for the person who entered it."""
    if field.kind == "yes-no":
        return text.lower() in ("yes", "on", "true", "1")
    if field.kind in ("whole", "number"):
        try:
            return int(text) if field.kind == "whole" else float(text)
        except ValueError:
            raise ValueError("should be a whole number" if field.kind == "whole" else "should be a number") from None
    if field.kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if field.kind == "yaml":
        return _yaml(text)
    return _pairs(text) if field.kind == "pairs" else text


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise ValueError(f"should be YAML{where}") from None
    except yaml.YAMLError:
        raise ValueError("should be YAML") from None


def _pairs(text: str) -> dict[str, str]:
    pairs = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        if not (colon and name.strip() and value.strip()):
            raise ValueError("should be lines of the form `name: value`")
        pairs[name.strip()] = value.strip()
    return pairs


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
