"""Planning a change of policy, and applying exactly the plan that a person approved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from troth.evidence import services as evidence
from troth.policy.difference import differences
from troth.policy.model import Policy
from troth.policy.places import Place
from troth.publishing import rules
from troth.publishing.models import Publication
from troth.publishing.services import asking
from troth.publishing.services.tell import address
from troth.versions import queries as versions
from troth.versions import services as version_services
from troth.versions.values import Version

_LOCK = 0x74726F7468_02  # one publication at a time, so that what is recomputed is what is applied


@dataclass(frozen=True)
class Published:
    """A plan that was applied."""

    version: Version
    plan: rules.Plan
    publication_id: UUID


class AlreadyPublished(Exception):
    """The policy is `version` already, word for word."""

    def __init__(self, version: Version) -> None:
        super().__init__(f"the policy is published already, as version {version.number}")
        self.version = version


class PlanNeeded(Exception):
    """A change is published by the digest of its plan; `plan` is what it would do now."""

    def __init__(self, plan: rules.Plan) -> None:
        super().__init__("a change of policy is published by the digest of its plan")
        self.plan = plan


class StalePlan(Exception):
    """Recomputed, the plan is another one; `plan` is what it would do now. Nothing was changed."""

    def __init__(self, plan: rules.Plan) -> None:
        super().__init__("the plan has changed since it was approved")
        self.plan = plan


class Hindered(Exception):
    """Something stands against the plan: see `obstacles`. Nothing was changed."""

    def __init__(self, plan: rules.Plan, obstacles: tuple[rules.Obstacle, ...]) -> None:
        super().__init__("the plan cannot be applied as it is")
        self.plan, self.obstacles = plan, obstacles


def plan(policy: Policy, *, now: datetime) -> rules.Plan:
    """What publishing `policy` would do here. Changes nothing; a few statements, whatever the number of people.

    It starts from the version published last, in force or not yet. Raises AlreadyPublished.
    """
    return _plan(policy, versions.latest(), now)[0]


def hindrances(plan: rules.Plan, *, now: datetime, limit: int) -> tuple[rules.Obstacle, ...]:
    """What stands against applying the plan at `now`."""
    base = versions.latest()
    return rules.obstacles(plan, base.policy if base else None, now=now, limit=limit)


def publish(
    policy: Policy,
    places: Mapping[str, Place],
    *,
    plan: str | None,
    by: str,
    now: datetime,
    limit: int = rules.LIMIT,
    force: bool = False,
) -> Published:
    """Apply the plan whose digest is `plan`: recomputed, it must be the same one. All or nothing.

    A deployment's first version needs no plan. `by`: who does it, an id. `force`: beyond the limit as well. The people
    concerned are told by a task; on the version's day another does what follows. Raises AlreadyPublished, PlanNeeded,
    StalePlan, Hindered, with nothing changed.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        base = versions.latest()
        recomputed, effects = _plan(policy, base, now)
        _approve(recomputed, plan, base, now, limit, force=force)
        if base is not None:
            _note(recomputed, by, now, forced=force)
        version = version_services.publish(policy, places, now=now)
        publication = Publication.objects.create(
            version_id=version.id,
            base_id=base.id if base else None,
            plan_digest=recomputed.digest,
            plan=recomputed.as_json(),
            changes=rules.store(recomputed.changes),
            by=by,
            at=now,
            effective=version.effective,
            in_effect_at=None if base else now,
        )
        if base is not None:
            address(publication, effects, now)
            _defer(publication.id)
    return Published(version, recomputed, publication.id)


def _plan(policy: Policy, base: Version | None, now: datetime) -> tuple[rules.Plan, rules.Effects]:
    # compiled values and not digests: a digest may have been made by an earlier release
    same = next((version for version in versions.all() if version.policy == policy), None)
    if same is not None:
        raise AlreadyPublished(same)
    if base is None:
        return rules.first(policy), rules.effects((), policy, policy)
    changes = differences(base.policy, policy)
    effects = rules.effects(changes, base.policy, policy)
    start = rules.Base(base.number, base.digest, base.effective)
    return rules.plan(start, policy, changes, effects, asking.counts(effects, policy, now)), effects


def _approve(
    recomputed: rules.Plan, digest: str | None, base: Version | None, now: datetime, limit: int, *, force: bool
) -> None:
    if digest is None and base is not None:
        raise PlanNeeded(recomputed)
    if digest is not None and digest != recomputed.digest:
        raise StalePlan(recomputed)
    found = rules.obstacles(recomputed, base.policy if base else None, now=now, limit=limit)
    standing = tuple(one for one in found if not (force and isinstance(one, rules.TooLarge)))
    if standing:
        raise Hindered(recomputed, standing)


def _note(plan: rules.Plan, by: str, now: datetime, *, forced: bool) -> None:
    evidence.append(
        "policy.planned",
        facts={
            "plan": plan.digest,
            "base": plan.base.number if plan.base else None,
            "number": plan.number,
            "policy": plan.policy,
            "effective": plan.effective.isoformat(),
            "people": plan.people,
            "consents": plan.consents,
            "erased": plan.erased,
            "forced": forced,
            "by": by,
        },
        at=now,
    )


def _defer(publication_id: UUID) -> None:
    from troth.publishing.tasks import take_effect_later, tell_later

    tell_later(publication_id)
    take_effect_later()
