"""How the outcome of a step reads to the person it is about. Pure."""

from dataclasses import dataclass

from troth.requests.rules import Tally

_DID = {
    "find": "looked",
    "close": "stopped what was about to leave",
    "erase": "erased",
    "erase-vault": "erased",
    "delete-account": "deleted the account",
    "absent": "looked again",
}
_COUNTED = {
    "find": ("thing found", "things found"),
    "erase": ("thing erased", "things erased"),
    "erase-vault": ("record erased", "records erased"),
    "delete-account": ("thing deleted or changed", "things deleted or changed"),
}


@dataclass(frozen=True)
class Line:
    """One line of the answer's table. `tone`: of the tag, as the components know it."""

    title: str
    did: str
    outcome: str
    tone: str
    note: str


def line(tally: Tally) -> Line:
    """What one system answered, in the person's words. Systems' own messages are for staff and stay out."""
    did = _DID.get(tally.verb, tally.verb)
    if tally.state == "done":
        return Line(tally.title, did, _done(tally), "good", tally.note if tally.reason == "remains" else "")
    if tally.state == "not-offered":
        return Line(tally.title, did, "not possible there", "open", tally.note)
    return Line(tally.title, did, "a person is on it", "soon", "You get another mail when it is done.")


def _done(tally: Tally) -> str:
    if tally.verb == "absent":
        return "nothing found"
    if tally.verb not in _COUNTED:
        return "done"
    one, many = _COUNTED[tally.verb]
    return f"{tally.count or 'no'} {one if tally.count == 1 else many}"
