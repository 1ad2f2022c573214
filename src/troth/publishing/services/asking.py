"""What the records say about a change: the few statements behind a plan, and the group of people it concerns."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from troth.consent import standing
from troth.people import groups, shorter
from troth.people.groups import Group
from troth.policy.model import Policy
from troth.publishing.rules import Counts, Effects, FlowNumbers
from troth.publishing.rules.effects import Telling
from troth.sharing import flows
from troth.versions import queries as versions

LATELY = timedelta(days=30)


def counts(effects: Effects, new: Policy, now: datetime) -> Counts:
    """Everything a plan counts, in at most eight statements, whatever the number of people."""
    reach = groups.reach(concerned(effects))
    numbers = {version.id: version.number for version in versions.all()}
    kept = {(numbers[version], touchpoint, row): n for (version, touchpoint, row), n in groups.records_by_row().items()}
    return Counts(
        people=reach.people,
        by_mail=reach.by_mail,
        told=tuple(groups.sizes([group_of(telling) for telling in effects.telling])),
        consents=standing.counts(effects.lapsing) if effects.lapsing else {},
        flows={
            (flow.touchpoint, flow.row, flow.recipient): FlowNumbers(flow.waiting, flow.sent_lately, flow.people_told)
            for flow in flows.counts(effects.stopped, since=now - LATELY)
        },
        over={
            (over.touchpoint, over.row): (over.records, over.over)
            for over in shorter.over_retained(effects.shorter, at=begins(new))
        },
        records=kept,
    )


def begins(policy: Policy) -> datetime:
    """The first moment (UTC) of the policy's day."""
    return midnight(policy.effective)


def midnight(day: date) -> datetime:
    """The first moment (UTC) of a day."""
    return datetime.combine(day, time(), UTC)


def concerned(effects: Effects) -> Group:
    """Everybody who is told of one change at least."""
    group = groups.NOBODY
    for telling in effects.telling:
        group = group | group_of(telling)
    return group


def group_of(telling: Telling, *, under: Collection[UUID] = ()) -> Group:
    """Whom one change concerns."""
    if telling.everyone:
        return groups.EVERYONE
    return groups.holders(telling.rows) | standing.givers(telling.pairs, under=under)
