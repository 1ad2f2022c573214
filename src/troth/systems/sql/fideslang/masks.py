"""What erasure does to a column, from what a fideslang file says and from what the column is: pure."""

from dataclasses import dataclass
from typing import Any

from troth.systems.sql.fideslang.shapes import FieldMeta, Override
from troth.systems.sql.model import Fixed, Hashed, Keep, Kind, Null, Random

Mask = Null | Fixed | Random | Hashed | Keep

ERASED = "@erased.invalid"
ROOM = 23  # characters under which a unique random text does not fit

_EMAIL = frozenset({"email", "email_address"})
_PHONE = frozenset({"phone_number", "phone", "mobile_number"})
_DEVICE = frozenset(
    {"device_id", "cookie_id", "ga_client_id", "fides_user_device_id", "fides_user_device", "ljt_readerid", "fpid"}
)
_ACCOUNT = frozenset({"account", "account_id", "customer_id", "external_id", "user_id", "username", "user_name"})


@dataclass(frozen=True)
class Masked:
    """A mask, and what to tell about it; or why there is none (`problem`)."""

    mask: Mask | None = None
    said: tuple[str, ...] = ()
    problem: str | None = None


def identity_kind(identity: str) -> tuple[Kind, str | None]:
    """Which of our four kinds an identity is, and what to tell where that is a guess."""
    plain = identity.strip().lower()
    kinds: tuple[tuple[frozenset[str], Kind], ...] = (
        (_EMAIL, "email"),
        (_PHONE, "phone"),
        (_DEVICE, "device"),
        (_ACCOUNT, "account"),
    )
    for names, kind in kinds:
        if plain in names:
            return kind, None
    return "account", f"identity `{identity}` is looked up as `account`: say `device` if that is what it is"


def override(meta: FieldMeta) -> Masked:
    """What a masking override means here."""
    asked = meta.masking_strategy_override
    if asked is None:
        return Masked()
    strategy = asked.strategy.strip().lower()
    plain: dict[str, Mask] = {"null_rewrite": Null(), "preserve": Keep(keep="preserved: the fideslang file says so")}
    if strategy == "string_rewrite":
        return _rewrite(asked, meta.length)
    if strategy in _SUFFIXED:
        return _suffixed(strategy, _suffix(asked))
    unknown = f"`{asked.strategy}` is no masking strategy we know; there are {', '.join(_KNOWN)}"
    return Masked(plain.get(strategy), problem=None if strategy in plain else unknown)


_SUFFIXED = ("random_string_rewrite", "hash", "hmac", "aes_encrypt")
_KNOWN = ("null_rewrite", "string_rewrite", *_SUFFIXED, "preserve")


def _suffixed(strategy: str, suffix: str) -> Masked:
    if strategy == "random_string_rewrite":
        return Masked(Random(random=Random.Settings(suffix=suffix)))
    said = () if strategy == "hmac" else (f"`{strategy}` becomes a keyed hash (HMAC-SHA-256): equal values stay equal",)
    return Masked(Hashed(hash=Hashed.Settings(suffix=suffix)), said)


def _rewrite(asked: Override, length: int | None) -> Masked:
    value = asked.configuration.get("rewrite_value")
    if not isinstance(value, str | int | bool):
        return Masked(problem="`string_rewrite` needs `configuration: {rewrite_value: …}`")
    suffix = _suffix(asked)
    written = f"{value}{suffix}" if suffix else value
    if length is not None and len(str(written)) > length:
        return Masked(problem=f"the rewrite value is longer than the field's length of {length}")
    return Masked(Fixed(fixed=written))


def _suffix(asked: Override) -> str:
    form: Any = asked.configuration.get("format_preservation")
    suffix = form.get("suffix") if isinstance(form, dict) else None
    return suffix if isinstance(suffix, str) else ""


@dataclass(frozen=True)
class Role:
    """What a column does among the others: `key` of its row, `ties` it to another, is `pointed` at by others."""

    key: bool = False
    ties: bool = False
    pointed: bool = False


@dataclass(frozen=True)
class Place:
    """What a column is, as far as its mask depends on it."""

    kind: Kind | None
    item: str | None
    only_number: bool
    role: Role
    meta: FieldMeta

    @property
    def text(self) -> bool:
        return (self.meta.data_type or "string").removesuffix("[]") == "string"


def usual(place: Place) -> Masked:
    """The mask where the file says none: NULL for what is personal; e-mails and identities stay unique; keys stay."""
    if place.meta.read_only:
        found = " (people are still found by it)" if place.kind else ""
        return Masked(Keep(keep="read only: the fideslang file says so"), (f"read only: never masked{found}",))
    if place.kind:
        return _identity(place)
    personal = place.item is not None and not place.only_number
    if place.role.key:
        return Masked(_random(place)) if personal and place.text else _key(place)
    if not personal and (tied := _tied(place)):
        return Masked(Keep(keep=tied))
    if place.item == "email" and place.text:
        return Masked(_random(place))
    return Masked()


def _tied(place: Place) -> str | None:
    """Why a number that says nothing by itself stays."""
    if place.role.ties:
        return "ties rows together; the row it belongs to is masked itself"
    return "rows of other tables are tied to it" if place.role.pointed and place.item else None


def _identity(place: Place) -> Masked:
    """An identity is masked whatever its category says: else an erased person is still found by it."""
    if place.text and (place.meta.length is None or place.meta.length >= ROOM + len(_end(place))):
        return Masked(_random(place))
    if place.role.key:
        told = "people are still found by this key after an erasure, in rows without personal data"
        return Masked(Keep(keep="the key of the row"), (told,))
    return Masked(Null())


def _key(place: Place) -> Masked:
    """Keys are only masked where a link or an item would have it so; then they must be told to stay."""
    return Masked(Keep(keep="the key of the row")) if place.item or place.role.ties else Masked()


def _random(place: Place) -> Random:
    return Random(random=Random.Settings(suffix=_end(place)))


def _end(place: Place) -> str:
    return ERASED if place.kind == "email" or place.item == "email" else ""
