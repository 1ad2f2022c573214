"""Evidence entries in a reader's words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troth.evidence.values import EntryView

WORDS = {
    "consent.given": "consents given",
    "consent.refused": "consents refused",
    "consent.superseded": "consents ended because the policy means more",
    "consent.withdrawn": "consents withdrawn",
    "delivery.refused": "deliveries the policy refused",
    "delivery.sent": "deliveries made",
    "delivery.with-staff": "deliveries handed to a person",
    "delivery.withheld": "deliveries withheld",
    "erasure.came_back": "people who came back after an erasure",
    "erasure.incomplete": "erasures with something left",
    "erasure.proven": "erasures proven",
    "erasure.proven_again": "erasures proven a second time",
    "erasure.unchecked": "erasures that could not be looked at again",
    "intake.refused": "submissions refused",
    "key.destroyed": "keys destroyed",
    "key.orphans_destroyed": "sweeps of keys without an owner",
    "message.queued": "letters written",
    "message.sent": "letters sent",
    "message.failed": "letters that could not be sent",
    "message.local": "letters in the local mailbox",
    "package.fetched": "packages fetched",
    "person.viewed": "looks at a person’s data",
    "policy.addressed": "people entered to be told of a change of policy",
    "policy.in-effect": "policy versions in effect, with what follows done",
    "policy.planned": "changes of policy approved",
    "policy.published": "policy versions published",
    "policy.told": "batches of letters about a change of policy",
    "record.accepted": "submissions accepted",
    "register.closed": "entries of the erasure register closed",
    "request.answered": "requests answered",
    "request.closed": "requests closed",
    "request.completed": "requests answered in full",
    "request.forgotten": "requests forgotten",
    "request.identified": "identities proven",
    "request.received": "requests received",
    "request.step": "steps of requests settled",
    "request.viewed": "looks at a request’s address",
    "retention.shortened": "records given an earlier day",
    "review.confirmed": "records confirmed as needed",
    "staff.added": "staff accounts made",
    "staff.link_made": "sign-in links made",
    "staff.password_set": "staff passwords set",
    "staff.signed_in": "sign-ins of staff",
    "suppression.sent": "stops passed on",
    "suppression.with-staff": "stops handed to a person",
    "sweep.erased": "sweeps that erased something",
    "sweep.started": "sweeps started",
    "system.changed": "settings of systems changed",
    "system.connected": "systems connected",
    "system.disconnected": "systems disconnected",
    "system.resumed": "systems called again that asked us to wait",
    "task.done": "tasks closed with proof",
    "task.dropped": "tasks dropped",
    "task.opened": "tasks opened",
    "vault.erased": "people erased from the vault",
    "verify.run": "runs of the promise checks",
}


def words(kind: str) -> str:
    """A kind in words; one that is not known reads as it is written."""
    return WORDS.get(kind, kind.replace(".", ": ").replace("_", " ").replace("-", " "))


@dataclass(frozen=True)
class EntryLine:
    """An entry as a line of a table: its facts in order, each as text."""

    entry: EntryView
    words: str
    facts: tuple[tuple[str, str], ...]


def lines(entries: Iterable[EntryView], without: str = "") -> list[EntryLine]:
    """Entries as lines; `without` is a fact that goes without saying on the page."""
    return [
        EntryLine(e, words(e.kind), tuple((name, text(v)) for name, v in e.facts.items() if name != without))
        for e in entries
    ]


def text(value: object) -> str:
    """A fact as it reads in a line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {text(part)}" for name, part in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(text, value)) or "none"
    return "none" if value is None else str(value)
