"""Every delivery went to a recipient its row declares, with only items and purposes declared there."""

from collections.abc import Iterator
from uuid import UUID

from troth.policy.model import Policy
from troth.sharing import queries as sharing
from troth.sharing.queries import DisclosureLine
from troth.verification.rules import Result
from troth.verification.world import World
from troth.versions import queries as versions

ID = "deliveries-declared"
EXPECTED = "only declared items went, only to declared recipients"


def check(_world: World) -> Iterator[Result]:
    """Judges the whole disclosure log again, each line by its own policy version."""
    policies: dict[UUID, Policy] = {}
    seen, wrong = 0, []
    for line in sharing.every_disclosure():
        seen += 1
        if line.version_id not in policies:
            policies[line.version_id] = versions.get(line.version_id).policy
        if not declared(policies[line.version_id], line):
            wrong.append(line.id)
    where, subject = "touchpoints", "Disclosure log"
    if wrong:
        found = f"{len(wrong)} of {seen} lines are not declared"
        step = "find out which flow made them, stop it, and declare or undo it"
        yield Result(ID, subject, "broken", EXPECTED, found, where, step, {"lines": wrong[:50]})
    else:
        yield Result(ID, subject, "kept", EXPECTED, f"{seen} disclosures, all declared", where)


def declared(policy: Policy, line: DisclosureLine) -> bool:
    """Whether a row of the policy covers the line, without asking the code that delivered."""
    touchpoint = policy.touchpoints.get(line.touchpoint)
    row = next((r for r in touchpoint.rows if r.id == line.row), None) if touchpoint else None
    if row is None:
        return False
    receiver = next((r for r in row.receivers if r.recipient == line.recipient), None)
    if receiver is None:
        return False
    may = set(receiver.items) or {i for i in row.item_ids if policy.data[i].kind not in ("secret", "file", "recording")}
    return set(line.items) <= may and set(line.purposes) <= {p.purpose for p in row.purposes}
