"""Labels of what the policy names, for pages that span versions: each version is read once a page."""

from functools import cached_property
from uuid import UUID

from troth import ground
from troth.policy.model import Policy, Row
from troth.versions import queries as versions


class Names:
    """A name that its version does not know is shown as it is."""

    def __init__(self) -> None:
        self._read: dict[UUID, Policy] = {}

    @cached_property
    def current(self) -> Policy | None:
        version = versions.current(ground.clock()) or versions.latest()
        return version.policy if version else None

    def policy(self, version_id: UUID) -> Policy:
        if version_id not in self._read:
            self._read[version_id] = versions.get(version_id).policy
        return self._read[version_id]

    def touchpoint(self, version_id: UUID, id: str) -> str:
        found = self.policy(version_id).touchpoints.get(id)
        return found.title if found else id

    def touchpoint_now(self, id: str) -> str:
        """Title by the version in force, for what carries no version of its own."""
        found = self.current.touchpoints.get(id) if self.current else None
        return found.title if found else id

    def row(self, version_id: UUID, touchpoint: str, row: str) -> Row | None:
        found = self.policy(version_id).touchpoints.get(touchpoint)
        return next((r for r in found.rows if r.id == row), None) if found else None

    def item(self, version_id: UUID, touchpoint: str, row: str, item: str) -> str:
        try:
            return self.policy(version_id).item_label(touchpoint, row, item)
        except KeyError:
            return item

    def purpose(self, version_id: UUID, id: str) -> str:
        found = self.policy(version_id).purposes.get(id)
        return found.label if found else id

    def purposes_now(self, ids: tuple[str, ...]) -> list[str]:
        """Labels by the version in force, for what carries no version of its own."""
        known = self.current.purposes if self.current else {}
        return [known[id].label if id in known else id for id in ids]

    def recipient(self, id: str) -> str:
        found = self.current.recipients.get(id) if self.current else None
        return found.name if found else id
