"""Every recipient's country is covered today: the EEA, the controller's own, adequate, or a mechanism in force."""

from collections.abc import Iterator
from datetime import date

from troth.law import adequacy
from troth.policy.model import Policy, Recipient
from troth.verification.rules import Result
from troth.verification.world import World, untold

ID = "recipients-covered"
EXPECTED = "a transfer mechanism in force for every country the data goes to"


def check(world: World) -> Iterator[Result]:
    """One result a recipient that gets data."""
    policy = world.version.policy
    used = {r.recipient for t in policy.touchpoints.values() for row in t.rows for r in row.receivers}
    for recipient_id in sorted(used):
        yield _recipient(policy, recipient_id, policy.recipients[recipient_id], world.now.date())


def _recipient(policy: Policy, recipient_id: str, recipient: Recipient, day: date) -> Result:
    where = f"recipients.{recipient_id}"
    if not recipient.countries:
        return untold(ID, recipient.name, EXPECTED, where, "the policy does not say in which country")
    bare = [country for country in recipient.countries if not _covered(policy, recipient, country, day)]
    if bare:
        found = f"nothing in force for {', '.join(bare)}"
        step = "agree a mechanism and declare it with its dates, or stop the flow"
        return Result(ID, recipient.name, "broken", EXPECTED, found, where, step, {"countries": bare})
    return Result(ID, recipient.name, "kept", EXPECTED, f"covered: {', '.join(recipient.countries)}", where)


def _covered(policy: Policy, recipient: Recipient, country: str, day: date) -> bool:
    if adequacy.free(country, policy.controller.country) or adequacy.adequate(country, day):
        return True
    return any(m.country == country and m.in_force(day) for m in recipient.mechanisms)
