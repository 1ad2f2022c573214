"""What a person is told, in plain words."""

from dataclasses import dataclass

from troth.requests import rules
from troth.requests.kinds import KINDS
from troth.requests.models import Request

Tallies = tuple[rules.Tally, ...]


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


def answer(request: Request, tallies: Tallies, link: str) -> Letter:
    """The letter that answers a request; `link` opens its answer page."""
    body = {"access": _access, "erasure": _erasure, "account-deletion": _account}[request.kind](tallies)
    text = f"{body}{_open(tallies)}{_never(tallies)}{_foot(request, link)}"
    return Letter(f"{KINDS[request.kind].title}: your answer ({request.reference})", text)


def rest(request: Request, tallies: Tallies, link: str) -> Letter:
    """The letter that follows when what was outstanding is done."""
    body = {"access": _access, "erasure": _erasure, "account-deletion": _account}[request.kind](tallies)
    text = f"What was still open in our first answer is done now. This is the whole answer.\n\n{body}"
    subject = f"{KINDS[request.kind].title}: the rest of your answer ({request.reference})"
    return Letter(subject, f"{text}{_never(tallies)}{_foot(request, link)}")


def _foot(request: Request, link: str) -> str:
    return f"\nYour answer, for two weeks:\n{link}\n\nYour reference: {request.reference}\n"


def _open(tallies: Tallies) -> str:
    """What a person still does. A system's own words are for staff: the letter names the system only."""
    titles = dict.fromkeys(tally.title for tally in rules.outstanding(tallies))
    if not titles:
        return ""
    lines = "".join(f"- {title}: a person is doing this now\n" for title in titles)
    return f"\nNot done yet:\n{lines}You get another mail when it is.\n"


def _never(tallies: Tallies) -> str:
    lines = dict.fromkeys(f"- {tally.title}: {tally.note}\n" for tally in rules.not_offered(tallies))
    never = f"\nWhat we cannot do there:\n{''.join(lines)}" if lines else ""
    later = dict.fromkeys(f"- {tally.title}: {tally.note}\n" for tally in rules.remaining(tallies))
    return never + (f"\nWhat this does not reach:\n{''.join(later)}" if later else "")


def _lines(tallies: Tallies, verb: str, word: str) -> str:
    return "".join(f"- {t.title}: {t.count} {word}\n" for t in tallies if t.verb == verb and t.state == "done")


def _access(tallies: Tallies) -> str:
    found = sum(tally.count for tally in tallies if tally.state == "done")
    if not found and not rules.outstanding(tallies):
        return "We looked for your address and found nothing.\n"
    return (
        f"We looked for your address and found {found} things about you:\n{_lines(tallies, 'find', 'found')}\n"
        "The page below sends you a code and then gives you all of it, to read and as files.\n"
    )


def _erasure(tallies: Tallies) -> str:
    erased = _lines(tallies, "erase", "erased") + _lines(tallies, "erase-vault", "erased")
    absent = ", ".join(t.title for t in tallies if t.verb == "absent" and t.state == "done")
    looked = f"Then we looked again and found nothing in: {absent}. We look once more in a week.\n" if absent else ""
    proof = "The page below gives you a proof of this that anyone can check.\n" if rules.provable(tallies) else ""
    return f"We erased what we held about you:\n{erased}\n{looked}{proof}"


def _account(tallies: Tallies) -> str:
    done = [t for t in tallies if t.state == "done"]
    if not any(t.count for t in done):
        nothing = "We found no account under your address, so nothing was deleted.\n"
        return "" if rules.outstanding(tallies) else nothing
    return (
        f"Your account is deleted:\n{_lines(tallies, 'delete-account', 'things deleted or changed')}\n"
        "What you posted in public stays up without your name. Other data we hold about you are not erased by this; "
        "ask for erasure if you want that too.\n"
    )
