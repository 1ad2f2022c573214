"""The base of connectors that speak to a vendor's API."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from troth.systems.kit.api import Api
from troth.systems.kit.auth import Auth
from troth.systems.kit.base import System
from troth.systems.kit.fields import to_fields
from troth.systems.kit.settings import ConnectorSettings, read


class SaasSystem(System):
    """A vendor's API. A subclass names its settings schema, its field mapping and its way to authenticate."""

    Settings: ClassVar[type[ConnectorSettings]]
    TITLE: ClassVar[str]
    FIELDS: ClassVar[Mapping[str, str]]

    def __init__(self, name: str, settings: Any) -> None:
        super().__init__(name, title=settings.title or self.TITLE, recipient=settings.recipient)
        self.settings = settings
        self.mapping: Mapping[str, str] = {**self.FIELDS, **settings.fields}
        self.api = Api(name, settings, self.auth())

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> Self:
        """The system from its entry in the systems file. Raises `SystemProblem` (fix settings)."""
        return cls(name, read(cls.Settings, name, config, base_dir))

    def auth(self) -> Auth:
        raise NotImplementedError

    def to_fields(self, values: Mapping[str, str]) -> dict[str, str]:
        return to_fields(self.title, self.mapping, values)
