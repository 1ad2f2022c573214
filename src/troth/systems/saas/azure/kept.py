"""Why Azure keeps a blob that was deleted, or refuses to delete it."""

import re
from dataclasses import dataclass
from typing import Any

from troth.systems.kit.outcomes import Expires, NotOffered

_POLICY = re.compile(r"<DeleteRetentionPolicy>(.*?)</DeleteRetentionPolicy>", re.DOTALL)


@dataclass(frozen=True)
class SoftDelete:
    """The account's own setting: days that deleted blobs are kept, 0 for none, and whether they can be destroyed."""

    days: int
    permanent: bool


def soft_delete(properties: str) -> SoftDelete | None:
    """The setting in the service's properties (XML); None when these are none. The kit leaves `permanent` out."""
    if "<StorageServiceProperties>" not in properties:
        return None
    policy = _POLICY.search(properties)
    told = policy[1] if policy else ""
    days = re.search(r"<Days>(\d+)</Days>", told)
    on = "<Enabled>true</Enabled>" in told
    permanent = "<AllowPermanentDelete>true</AllowPermanentDelete>" in told
    return SoftDelete(int(days[1]) if on and days else 0, permanent)


def lock(container: str, told: Any) -> Expires | NotOffered:
    """Why a blob of the container cannot be deleted; told: its properties."""
    until = getattr(told.immutability_policy, "expiry_time", None)
    if until is not None and not told.has_legal_hold:
        return Expires(on=until.date().isoformat(), setting=f"immutability policy in container {container}")
    return NotOffered(
        reason=f"a legal hold or a container's policy keeps a blob in container {container}",
        source="immutable storage for Azure blobs: what is held cannot be deleted",
        manual_steps="clear the hold when its ground is gone, or wait for the container's policy; then erase again",
    )


def shared(container: str) -> NotOffered:
    """Why a blob cannot be deleted that bears the person's tag, while snapshots of it do not."""
    return NotOffered(
        reason=f"a blob in container {container} has snapshots that do not bear the person's tag",
        source="Blob service: a blob is deleted together with all its snapshots, or not at all",
        manual_steps="look whose the snapshots are: delete them, or write the blob anew without the person's data",
    )
