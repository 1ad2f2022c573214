"""By what a person is known to systems."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, repr=False)
class Identifiers:
    """Identifiers of one person, as the systems hold them. Personal data: the repr shows only counts."""

    email: tuple[str, ...] = ()
    phone: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    device: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, kind.name) for kind in fields(self))

    def __or__(self, other: "Identifiers") -> "Identifiers":
        """Both sets of identifiers, each value once, in order."""
        both = {k.name: tuple(dict.fromkeys(getattr(self, k.name) + getattr(other, k.name))) for k in fields(self)}
        return Identifiers(**both)

    def __repr__(self) -> str:
        return f"Identifiers({', '.join(f'{k.name}: {len(getattr(self, k.name))}' for k in fields(self))})"
