"""Settings of a connector as a schema: each with title and help for people, secrets never shown."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic.fields import FieldInfo

from troth.systems.kit import secrets
from troth.systems.kit.outcomes import SystemProblem

PLACES = ("secret:", "env:", "file:")


class Secret:
    """A credential given as `secret:NAME`, `env:NAME`, `file:PATH` or literally; read when used, so rotation needs no
    restart.
    """

    def __init__(self, source: str, base_dir: Path) -> None:
        self._source = source
        self._base_dir = base_dir

    @property
    def place(self) -> str:
        """Where it is: `secret:NAME`, `env:NAME`, `file:PATH`; `literal` for one that stands in the systems file."""
        return self._source if self._source.startswith(PLACES) else "literal"

    @property
    def is_set(self) -> bool:
        """Whether it is there, without showing it."""
        try:
            return bool(self.reveal())
        except SystemProblem:
            return False

    def reveal(self) -> str:
        """The credential itself. Raises `SystemProblem` (fix settings) when it is not there."""
        kind, _, where = self._source.partition(":")
        if self.place == "literal":
            return self._source
        if kind == "env":
            value = os.environ.get(where, "")
        else:
            value = self._kept(where) if kind == "secret" else self._read(self._base_dir / where)
        if not value:
            raise SystemProblem(f"the credential {kind}:{where} is empty; set it", consequence="fix settings")
        return value

    def _kept(self, name: str) -> str:
        try:
            return secrets.kept(name)
        except (OSError, ValueError) as error:
            raise SystemProblem(
                f"the credential secret:{name} cannot be read ({type(error).__name__}); enter it again",
                consequence="fix settings",
            ) from None

    def _read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SystemProblem(
                f"the credential file {path} cannot be read ({type(error).__name__}); create it or fix its rights",
                consequence="fix settings",
            ) from None

    def __repr__(self) -> str:
        return "Secret(…)"


def _as_secret(value: object, info: ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str) or not value:
        raise ValueError("must be secret:NAME, env:NAME, file:PATH or the credential itself")
    return Secret(value, Path((info.context or {}).get("base_dir", ".")))


SecretText = Annotated[
    Secret, BeforeValidator(_as_secret), WithJsonSchema({"type": "string", "format": "password", "secret": True})
]


def address(value: str) -> str:
    """A base address calls can be made below. Raises ValueError for one that is none, or that holds a credential."""
    try:
        parts = urlsplit(value)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(char.isspace() or not char.isprintable() for char in value):
        raise ValueError("should be an address: https, a host and, where it has one, a port and a path")
    if "@" in parts.netloc:
        raise ValueError("should hold no user and no password; credentials have settings of their own")
    if parts.query or parts.fragment:
        raise ValueError("should hold no `?` and no `#`: calls are made below it")
    return value


class ConnectorSettings(BaseModel):
    """What every SaaS connector can be told. Vendors add theirs; the JSON schema of it drives forms and docs."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)

    title: str = Field("", title="Title", description="What people here call this system.")
    recipient: str | None = Field(None, title="Recipient", description="Id of the recipient in the policy.")
    url: str = Field(title="Address", description="Base address of its API, with https.", pattern=r"^https?://")
    allow_private: bool = Field(
        False,
        title="Inside our network",
        description="Let this address be private or without TLS. Only for sandboxes and systems on your own network.",
    )
    timeout: float = Field(20.0, gt=0, le=300, title="Time limit", description="Seconds to wait for an answer.")
    patience: float = Field(
        3.0, ge=0, le=60, title="Patience", description="Seconds a call may pause and try again before it is put off."
    )
    rate: float | None = Field(
        None,
        ge=0.001,
        le=10_000,
        title="Pace",
        description="Calls a second at most. Left out, as often as the vendor allows.",
    )
    fields: Mapping[str, str] = Field(
        default_factory=dict,
        title="Fields",
        description="Data item → field there, for items the connector does not know or should put elsewhere.",
    )

    @field_validator("*", mode="after")
    @classmethod
    def _addresses(cls, value: Any, info: ValidationInfo) -> Any:
        """Every setting that is an address, whatever its name: its pattern says so."""
        return address(value) if value and info.field_name and is_address(cls.model_fields[info.field_name]) else value


def is_address(field: FieldInfo) -> bool:
    """Whether a setting holds an address that is called."""
    return any("https?://" in str(getattr(one, "pattern", "")) for one in field.metadata)


def literals(settings: object) -> list[str]:
    """Names of the settings whose credential stands in the systems file itself, where many can read it."""
    held = (
        {name: getattr(settings, name) for name in type(settings).model_fields}
        if isinstance(settings, BaseModel)
        else {}
    )
    return [name for name, value in held.items() if isinstance(value, Secret) and value.place == "literal"]


S = TypeVar("S", bound=ConnectorSettings)


def read(schema: type[S], name: str, given: Mapping[str, Any], base_dir: Path) -> S:
    """Settings of system `name` from its entry in the systems file. Raises `SystemProblem`, listing all faults."""
    try:
        return schema.model_validate(dict(given), context={"base_dir": base_dir})
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors(include_url=False)
        )
        raise SystemProblem(f"system {name}: {faults}", consequence="fix settings") from None
