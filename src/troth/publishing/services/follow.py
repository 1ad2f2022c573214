"""Until a version takes effect, people keep coming: who gives data under the old policy hears of the new one too."""

from datetime import datetime
from uuid import UUID

from troth.publishing.models import Addressee, Publication
from troth.publishing.services.tell import address, approved


def follow(now: datetime) -> list[UUID]:
    """Enter people concerned who came since; returns the publications that have somebody to tell."""
    for publication in Publication.objects.filter(in_effect_at__isnull=True, effective__gt=now.date()):
        _, _, effects = approved(publication)
        address(publication, effects, now)
    waiting = Addressee.objects.filter(state=Addressee.State.WAITING)
    return list(waiting.order_by("publication_id").values_list("publication_id", flat=True).distinct())
