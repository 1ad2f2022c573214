"""Links by which a person sees and changes their choices without any further proof (semantics §5)."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from troth import ground
from troth.sharing.models import ChoiceLink


def choice_link(person_id: UUID, now: datetime) -> str:
    """A new address of the person's choices page. Who holds it can see and withdraw consents, nothing else."""
    token = secrets.token_urlsafe(32)
    ChoiceLink.objects.create(person_id=person_id, token_hash=_hash(token), created_at=now)
    return f"{ground.settings().public_url}/privacy/choices/{token}/"


def person_of_link(token: str) -> UUID | None:
    """Whose choices the link opens; None for a wrong or dead one."""
    return ChoiceLink.objects.filter(token_hash=_hash(token)).values_list("person_id", flat=True).first()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
