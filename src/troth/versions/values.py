"""A published policy version as a value."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from troth.policy.model import Policy


@dataclass(frozen=True)
class Version:
    """Version `number` of the policy (1, 2, 3 …), in force from `effective`. Equal when the id is."""

    id: UUID
    number: int = field(compare=False)
    digest: str = field(compare=False, repr=False)
    policy: Policy = field(compare=False, repr=False)
    effective: date = field(compare=False)
    published_at: datetime = field(compare=False)
