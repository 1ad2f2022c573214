"""Where data is kept, and the promises about transfers."""

from collections.abc import Iterator

from troth.policy.difference.fields import (
    Rules,
    compare,
    elsewhere,
    entries,
    flag,
    internal,
    interval,
    matched,
    members,
    moved,
    said,
    text,
    value,
)
from troth.policy.difference.recipients import lands
from troth.policy.difference.scene import About, Scene
from troth.policy.difference.values import Change
from troth.policy.model.promises import Storage, TransferTerm

STORAGE: Rules = {
    "recipient": elsewhere,
    "places": said("storage-places"),
    "countries": elsewhere,
    "assumption": internal,
}


def storage(scene: Scene) -> Iterator[Change]:
    """Where data is kept: everyone's."""

    def key(place: Storage) -> str:
        return place.recipient

    old, new = scene.old.storage, scene.new.storage
    for before, after in matched(old, new, key):
        name = key((after or before or (0, new[0]))[1])
        about = About("storage", scene.recipient(name), everyone=True, recipients=(name,))
        if before and after:
            mine = about.inside(f"{after[0]}", f"{before[0]}")
            yield from compare(mine, before[1], after[1], STORAGE)
            yield from lands(scene, mine, before[1].countries, after[1].countries, "storage")
        elif after:
            yield about.change("storage-added", str(after[0]), new=after[1].places)
        elif before:
            yield about.change("storage-removed", str(before[0]), gone=True, old=before[1].places)
    if moved(old, new, key):
        yield About("storage", words={"part": "storage"}).change("reordered")


def _assessment(about: About, name: str, was: str | None, now: str | None) -> Iterator[Change]:
    yield from interval(about, name, was, now, ("assessment-sooner", "assessment-later"))


TERM: Rules = {
    "label": text,
    "text": text,
    "mechanisms": members("term-mechanism-added", "term-mechanism-dropped"),
    "since": value("term-since"),
    "assessment_review": _assessment,
    "assumption": internal,
}
TRANSFERS: Rules = {
    "terms": elsewhere,
    "principles_prevail": flag("principles-on", "principles-off"),
    "url": value("transfers-link"),
}


def transfers(scene: Scene) -> Iterator[Change]:
    """Promises about transfers; everyone is concerned."""
    was, now = scene.old.transfers, scene.new.transfers
    about = About("transfers", everyone=True)

    def term(name: str, was: TransferTerm, now: TransferTerm) -> About:
        return About(f"transfers.terms.{name}", now.label, everyone=True)

    if was is None or now is None:
        yield about.change("transfers-removed" if now is None else "transfers-added", gone=now is None)
        return
    yield from compare(about, was, now, TRANSFERS)
    yield from entries(was.terms, now.terms, term, TERM, ("term-added", "term-removed"))
