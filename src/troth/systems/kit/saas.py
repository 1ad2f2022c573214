"""The base of connectors that speak to a vendor's API."""

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar, Self

from troth.systems.kit.api import Api
from troth.systems.kit.auth import Auth
from troth.systems.kit.base import VERBS, System
from troth.systems.kit.fields import to_fields
from troth.systems.kit.outcomes import Outcome, SystemProblem
from troth.systems.kit.pace import Pace
from troth.systems.kit.rates import Rate, per_second
from troth.systems.kit.settings import ConnectorSettings, read

GUARDED = (*VERBS, "check", "test")
_MISREAD = (LookupError, TypeError, AttributeError, ValueError, RecursionError)


def _readable(verb: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """A reply of another shape than the vendor documents is the vendor's problem, never a crash of who asked.

    The exception's own text could hold what was sent, so only its kind is told.
    """

    @wraps(verb)
    def asked(system: System, *args: Any, **given: Any) -> Outcome:
        try:
            return verb(system, *args, **given)
        except _MISREAD as error:
            raise SystemProblem(
                f"{system.name}: {verb.__name__}: the reply cannot be read ({type(error).__name__}); "
                "look at its API's status, or do it by hand there",
                consequence="retry",
            ) from None

    return asked


class SaasSystem(System):
    """A vendor's API. A subclass names its settings schema, its field mapping and its way to authenticate."""

    Settings: ClassVar[type[ConnectorSettings]]
    TITLE: ClassVar[str]
    FIELDS: ClassVar[Mapping[str, str]]
    RATES: ClassVar[Mapping[str, Rate]] = {}
    """Class of calls (`rate=` of a call) → how often; the empty name is for all others. Else as the vendor says."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for verb in GUARDED:
            if verb in vars(cls):
                setattr(cls, verb, _readable(vars(cls)[verb]))

    def __init__(self, name: str, settings: Any) -> None:
        super().__init__(name, title=settings.title or self.TITLE, recipient=settings.recipient)
        self.settings = settings
        self.mapping: Mapping[str, str] = {**self.FIELDS, **settings.fields}
        pace = {"": per_second(settings.rate)} if settings.rate else {}
        self.pace = Pace(rates={**self.RATES, **pace})
        self.api = Api(name, settings, self.auth(), self.pace)

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> Self:
        """The system from its entry in the systems file. Raises `SystemProblem` (fix settings)."""
        return cls(name, read(cls.Settings, name, config, base_dir))

    def auth(self) -> Auth:
        raise NotImplementedError

    def to_fields(self, values: Mapping[str, str]) -> dict[str, str]:
        return to_fields(self.title, self.mapping, values)
