"""The erasure register: who was erased, kept outside the database so that a restored backup cannot forget it.

`entries/ab/cd/<person id>`: one erasure, JSON. `hashes/ab/cd/<keyed hash>`: when the identifier was last erased, so
that `was_erased` is one look at one file. Identifiers are sealed under a key of the entry's own; closing an entry
destroys that key, so that copies of the register lose them too.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from troth import ground
from troth.people import disk, keys, values
from troth.people.normalise import keyed, pairs
from troth.systems.kit.identifiers import Identifiers

_PLACE = b"erasure-register"


@dataclass(frozen=True)
class ErasedPerson:
    """An entry. `hashes`: hex, under the register's own secret; `sealed`: None once closed."""

    person_id: UUID
    hashes: tuple[str, ...]
    sealed: bytes | None
    at: datetime
    recheck_on: datetime

    @property
    def open(self) -> bool:
        """True while absence is still to be checked: the identifiers can be unsealed."""
        return self.sealed is not None


def hashes(who: Identifiers) -> tuple[str, ...]:
    """The identifiers' hashes under the register's secret, hex. Raises NotAnIdentifier."""
    return tuple(_hash(kind, value) for kind, value in pairs(who))


def seal(person_id: UUID, who: Identifiers) -> bytes:
    """The identifiers sealed under the entry's key, which is made if there is none."""
    key = _keys().create(person_id)
    return values.seal(key, _PLACE + person_id.bytes, json.dumps(asdict(who)).encode())


def note_erased(person_id: UUID, hashes: Iterable[str], sealed: bytes, at: datetime, recheck_on: datetime) -> None:
    """Durably note that the person is (about to be) erased; noting again writes the same entry anew.

    The hashes go first: an entry that can be seen is complete.
    """
    entry = ErasedPerson(person_id, tuple(hashes), sealed, at, recheck_on)
    for name in entry.hashes:
        file = _file("hashes", name)
        disk.make_folder(file.parent)
        disk.replace(file, at.isoformat().encode())
    _write(entry)


def erased() -> Iterator[ErasedPerson]:
    """Every entry, in no order."""
    for file in (_root() / "entries").glob("??/??/" + "[0-9a-f]" * 32):
        yield _read(file)


def entry(person_id: UUID) -> ErasedPerson | None:
    """The entry of this person, if they were erased."""
    try:
        return _read(_file("entries", person_id.hex))
    except FileNotFoundError:
        return None


def was_erased(kind: str, value: str) -> datetime | None:
    """When a person of this identifier was last erased; None if never. Raises NotAnIdentifier."""
    try:
        return datetime.fromisoformat(_file("hashes", _hash(kind, value)).read_text())
    except FileNotFoundError:
        return None


def unseal(entry: ErasedPerson) -> Identifiers:
    """The identifiers of an open entry, for looking again. Raises KeyDestroyed once it is closed."""
    if entry.sealed is None:
        raise keys.KeyDestroyed("the entry is closed: its identifiers are gone")
    plain = values.open_sealed(_keys().get(entry.person_id), _PLACE + entry.person_id.bytes, entry.sealed)
    return Identifiers(**{kind: tuple(found) for kind, found in json.loads(plain).items()})


def close(entry: ErasedPerson) -> None:
    """Drop the sealed identifiers: the last absence check is done. The hashes stay. Again does nothing."""
    _keys().destroy(entry.person_id)
    _write(ErasedPerson(entry.person_id, entry.hashes, None, entry.at, entry.recheck_on))


def _keys() -> keys.KeyStore:
    return keys.store("erasure-register")


def _root() -> Path:
    return ground.settings().register_dir


def _file(kind: str, name: str) -> Path:
    return _root() / kind / name[:2] / name[2:4] / name


def _hash(kind: str, value: str) -> str:
    return keyed(ground.secret("register"), kind, value).hex()


def _write(entry: ErasedPerson) -> None:
    sealed = None if entry.sealed is None else base64.b64encode(entry.sealed).decode()
    form = {
        "person": str(entry.person_id),
        "hashes": entry.hashes,
        "sealed": sealed,
        "at": entry.at.isoformat(),
        "recheck_on": entry.recheck_on.isoformat(),
    }
    file = _file("entries", entry.person_id.hex)
    disk.make_folder(file.parent)
    disk.replace(file, json.dumps(form).encode())


def _read(file: Path) -> ErasedPerson:
    form: Mapping[str, object] = json.loads(file.read_bytes())
    sealed = form["sealed"]
    return ErasedPerson(
        UUID(str(form["person"])),
        tuple(form["hashes"]),  # type: ignore[arg-type]
        None if sealed is None else base64.b64decode(str(sealed)),
        datetime.fromisoformat(str(form["at"])),
        datetime.fromisoformat(str(form["recheck_on"])),
    )
