"""Records delivered to Files.com: a JSON file each, named by its key, in the person's folder."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.systems.kit.base import Outgoing
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas.files_com.paths import folder, kind_of
from troth.systems.saas.files_com.store import Row, Store

_OURS = re.compile(r"troth-[0-9a-f]{32}\.json")


def is_record(path: str) -> bool:
    """Whether a file is one of ours."""
    return bool(_OURS.fullmatch(path.rpartition("/")[2]))


def place(name: str, template: str, outgoing: Outgoing, key: str) -> str:
    """Where a record goes. Raises `SystemProblem` (stop) when it names no folder."""
    kind = kind_of(template)
    where = folder(template, outgoing.values.get(kind, "").strip())
    if where is None:
        raise SystemProblem(f"{name}: the record holds no {kind} that could name a folder", consequence="stop")
    return f"{where}/troth-{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"


def document(outgoing: Outgoing) -> dict[str, Any]:
    """What the file holds."""
    told = {"record": outgoing.record, "touchpoint": outgoing.touchpoint, "purposes": list(outgoing.purposes)}
    return {**told, "marketing": outgoing.marketing, "values": dict(outgoing.values)}


def read(name: str, store: Store, path: str) -> dict[str, Any]:
    """A delivered document. Raises `SystemProblem` when it is none: it is never taken for an empty one."""
    found = store.read(path)
    if not isinstance(found, dict) or not isinstance(found.get("values"), dict) or "record" not in found:
        raise SystemProblem(f"{name}: a delivered record cannot be read; look at it there", consequence="retry")
    return found


def corrected(name: str, store: Store, files: Sequence[Row], changes: Mapping[str, str]) -> Iterator[str]:
    """Write the right values into the delivered records that hold the items; the paths of those written."""
    for path in (str(row["path"]) for row in files):
        if not is_record(path):
            continue
        told = read(name, store, path)
        right = {item: value for item, value in changes.items() if item in told["values"]}
        if any(told["values"][item] != value for item, value in right.items()):
            store.write(path, {**told, "values": {**told["values"], **right}})
            yield path
