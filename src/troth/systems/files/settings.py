"""Where the files are: a folder of this machine, or a store reached through fsspec."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from troth.systems.files.local import LocalStore
from troth.systems.files.store import Store
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.settings import SecretText

LOCAL = ("", "file", "local")
T = TypeVar("T")


class StoreSettings(BaseModel):
    """How an object store is reached. Left out: as the protocol's own library finds it (environment, profile, role)."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)

    protocol: str = Field("", title="Protocol", description="Such as `s3`; else what stands before `://` in `folder`.")
    endpoint: str = Field(
        "", title="Address", description="Of an S3-compatible store that is not Amazon's, with https.",
        pattern=r"^(https?://[^@]+)?$",
    )  # fmt: skip
    region: str = Field("", title="Region", description="Where the bucket is, such as `eu-central-1`.")
    key: SecretText | None = Field(None, title="Key", description="Access key id.")
    secret: SecretText | None = Field(None, title="Secret", description="Secret access key.")
    allow_private: bool = Field(
        False,
        title="Inside our network",
        description="Let the address be private or without TLS. Only for stores on your own network.",
    )

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.key is None) != (self.secret is None):
            raise ValueError("`key` and `secret` belong together")
        return self


def opened(name: str, folder: str, given: dict[str, Any] | None, base_dir: Path) -> Store:
    """The store of system `name`; nothing is asked of it yet. Raises SystemProblem, pydantic.ValidationError."""
    settings = StoreSettings.model_validate(given or {}, context={"base_dir": base_dir})
    scheme, _, path = folder.rpartition("://")
    protocol = settings.protocol or scheme
    if protocol in LOCAL:
        return LocalStore(base_dir / path)
    if scheme and scheme != protocol:
        raise SystemProblem(f"{name}: `folder` and `store` name different protocols", consequence="fix settings")
    if not path.strip("/"):
        raise SystemProblem(f"{name}: `folder` must name the bucket", consequence="fix settings")
    if "@" in path.partition("/")[0]:
        raise SystemProblem(f"{name}: `folder` must hold neither user nor password", consequence="fix settings")
    if protocol == "s3":
        from troth.systems.files.s3 import S3Store  # here: a local folder needs no fsspec

        return S3Store(name, path, settings)
    from troth.systems.files.objects import ObjectStore

    if settings.endpoint or settings.key:
        message = f"{name}: `endpoint`, `key` and `secret` are for s3; {protocol} takes them from its environment"
        raise SystemProblem(message, consequence="fix settings")
    return ObjectStore(protocol, path)


def host_of(settings: StoreSettings) -> tuple[str, int] | None:
    """Host and port the settings name."""
    url = urlsplit(settings.endpoint)
    return (url.hostname, url.port or (443 if url.scheme == "https" else 80)) if url.hostname else None


def read(name: str, key: str, read: Callable[[], T]) -> T:
    """A part of the settings. Raises SystemProblem."""
    try:
        return read()
    except (ValidationError, AttributeError, TypeError) as problem:
        said = problem.errors(include_input=False) if isinstance(problem, ValidationError) else []
        details = "; ".join(f"{'.'.join(map(str, e['loc'])) or key}: {e['msg']}" for e in said)
        message = f"{name}: `{key}` cannot be used: {details or 'it must map names to settings'}"
        raise SystemProblem(message, consequence="fix settings") from problem
