"""The evidence log re-hashes to every checkpoint that was signed."""

from collections.abc import Iterator

from troth.evidence import queries as evidence
from troth.verification.rules import Result
from troth.verification.world import World

ID = "evidence-intact"
EXPECTED = "the log re-hashes to every signed checkpoint"


def check(_world: World) -> Iterator[Result]:
    audit = evidence.audit()
    where, subject = "security", "Evidence log"
    if audit.ok:
        yield Result(ID, subject, "kept", EXPECTED, f"{audit.size} entries re-hashed", where)
    else:
        step = "keep the database as it is and compare with the checkpoints held outside"
        yield Result(ID, subject, "broken", EXPECTED, "; ".join(audit.problems)[:500], where, step)
