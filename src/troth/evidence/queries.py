"""The one door for reading the log: values out, nothing changed."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db import connection

from troth.evidence import audit as auditing
from troth.evidence import merkle, models, signing, store
from troth.evidence.values import Audit, Checkpoint, EntryView, Proof, UnknownEntry

MAX_LIMIT = 1_000


def size() -> int:
    """Number of entries that have their place."""
    return store.extent().placed


def latest_checkpoint() -> Checkpoint | None:
    """The checkpoint over the most entries; None before the first. One statement."""
    row = models.Checkpoint.objects.order_by("-size").first()
    return Checkpoint(row.size, bytes(row.root), row.note, row.at) if row else None


def entries(
    person: str | None = None, kind: str | None = None, before: int | None = None, limit: int = 50
) -> list[EntryView]:
    """Entries, newest first, of one pseudonym or kind, with ids below `before` (the last id of the page before).

    At most `limit` (1 to 1,000). Entries still without a place are included. One statement.
    """
    found = models.Entry.objects.order_by("-id")
    if person is not None:
        found = found.filter(person=person)
    if kind is not None:
        found = found.filter(kind=kind)
    if before is not None:
        found = found.filter(id__lt=before)
    return [_view(row) for row in found[: max(1, min(limit, MAX_LIMIT))]]


def naming(thing: UUID, kinds: Collection[str], limit: int = 100) -> list[EntryView]:
    """Entries of these kinds whose facts name a thing by its id, newest first, at most `limit`. One statement."""
    found = models.Entry.objects.filter(kind__in=list(kinds)).order_by("-id")
    named = found.extra(where=["position(%s::bytea in body) > 0"], params=[str(thing).encode()])
    return [_view(row) for row in named[: max(1, min(limit, MAX_LIMIT))]]


_FIRST = """
select thing, min(at) from (
    select convert_from(body, 'utf8')::jsonb -> 'facts' ->> %s as thing, at from evidence_entry where kind = any(%s)
) as named where thing = any(%s) group by thing
"""


def every(kind: str) -> Iterator[EntryView]:
    """All entries of a kind, oldest first, for kinds that acts on the whole deployment write. Streams."""
    for row in models.Entry.objects.filter(kind=kind).order_by("id").iterator():
        yield _view(row)


def first_about(fact: str, things: Collection[str], kinds: Collection[str]) -> dict[str, datetime]:
    """When an entry of these kinds first had one of these things as its `fact`; things without are left out.

    One statement, which reads every entry of these kinds.
    """
    if not things:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [fact, list(kinds), list(things)])
        return dict(cursor.fetchall())


_SINCE = """
select kind, count(*) from evidence_entry
where id > coalesce((select id from evidence_entry where at < %s order by id desc limit 1), 0)
group by kind order by kind
"""


def since(moment: datetime) -> dict[str, int]:
    """How many entries of each kind there are since `moment`. One statement, which reads no older entry but one."""
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, [moment])
        return dict(cursor.fetchall())


_KINDS = """
with recursive found as (
    (select kind from evidence_entry order by kind limit 1)
    union all
    select (select kind from evidence_entry where kind > found.kind order by kind limit 1) from found
    where found.kind is not null
)
select kind from found where kind is not null
"""


def kinds() -> list[str]:
    """Every kind the log has entries of, in order. One statement, a step in the index a kind."""
    with connection.cursor() as cursor:
        cursor.execute(_KINDS)
        return [kind for (kind,) in cursor.fetchall()]


def body(entry_id: int) -> str:
    """An entry's canonical JSON: exactly what its leaf hash is over. Raises UnknownEntry. One statement."""
    found = models.Entry.objects.filter(id=entry_id).values_list("body", flat=True).first()
    if found is None:
        raise UnknownEntry(f"no evidence entry has the id {entry_id}")
    return bytes(found).decode()


def _view(row: models.Entry) -> EntryView:
    facts = json.loads(bytes(row.body))["facts"]
    return EntryView(row.id, row.kind, row.at, row.person, facts, row.position)


def proof(entry_id: int) -> Proof | None:
    """That an entry is in the log the latest checkpoint signed; None while no checkpoint covers it yet.

    Raises UnknownEntry if no entry has this id, LogDamaged if a node of the tree is missing. Three statements.
    """
    position = models.Entry.objects.filter(id=entry_id).values_list("position", flat=True).first()
    latest = latest_checkpoint()
    if position is None:
        _must_exist(entry_id)
    if position is None or latest is None or position >= latest.size:
        return None
    path = merkle.inclusion_ranges(position, latest.size)
    leaf, *steps = store.range_roots([(position, position + 1), *path])
    return Proof(entry_id, position, leaf, tuple(steps), latest)


def _must_exist(entry_id: int) -> None:
    if not models.Entry.objects.filter(id=entry_id).exists():
        raise UnknownEntry(f"no evidence entry has the id {entry_id}")


def public_key() -> str:
    """The log's verifier key, `name+keyid+base64`: what a reader of bundles must get from a place they trust.

    Raises `signing.UnusableSigningKey` if the key file cannot be used.
    """
    return signing.signer().verifier_key


def audit() -> Audit:
    """Re-hash the whole stored log against its tree and against every stored checkpoint.

    Streams in windows of positions, so it may run beside the sequencer and memory stays flat. Raises
    `signing.UnusableSigningKey` if signatures cannot be checked.
    """
    return auditing.audit()
