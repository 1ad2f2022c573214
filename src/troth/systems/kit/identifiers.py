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

    @property
    def addresses(self) -> tuple[str, ...]:
        """The e-mail addresses in every spelling a system may hold: an international domain in ASCII and in letters."""
        return tuple(dict.fromkeys(form for address in self.email for form in (address, _in_letters(address))))

    def __repr__(self) -> str:
        return f"Identifiers({', '.join(f'{k.name}: {len(getattr(self, k.name))}' for k in fields(self))})"


def _in_letters(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{'.'.join(map(_label_in_letters, domain.split('.')))}"


def _label_in_letters(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (ValueError, OverflowError):
        return label
