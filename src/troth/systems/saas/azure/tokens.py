"""What a pending erasure carries: purges, ids of rows, and what remains. Nothing about the person."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from troth.systems.kit.outcomes import Expires, NotOffered, SystemProblem
from troth.systems.saas.azure.workspace import Purge

_ID = re.compile(r"^[\w-]{1,100}$")


@dataclass(frozen=True)
class Erasure:
    """An erasure whose purges run."""

    purges: list[Purge]
    rows: dict[str, list[str]]
    blobs: int = 0
    remains: Sequence[Expires | NotOffered] = field(default=())
    looks: int = 0

    def text(self) -> str:
        """As a token."""
        remains = [asdict(one) for one in self.remains]
        counts = {"blobs": self.blobs, "looks": self.looks}
        return json.dumps({"purges": self.purges, "rows": self.rows, **counts, "remains": remains})


def read(text: str) -> Erasure:
    """The erasure of a token. Raises `SystemProblem` when it is not one of ours."""
    try:
        told = json.loads(text)
        purges = [(str(table), _id(str(id))) for table, id in told["purges"]]
        rows = {_id(table): [str(id) for id in ids] for table, ids in told["rows"].items()}
        remains = [Expires(**one) if "on" in one else NotOffered(**one) for one in told["remains"]]
        return Erasure(purges, rows, int(told["blobs"]), remains, int(told["looks"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SystemProblem(
            "this token is not from an Azure erasure; start the erasure again", consequence="stop"
        ) from None


def _id(text: str) -> str:
    """A word that cannot lead a path elsewhere."""
    if not _ID.match(text):
        raise ValueError
    return text
