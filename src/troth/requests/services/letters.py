"""What a person is told, in plain words."""

from dataclasses import dataclass

from troth.requests import rules
from troth.requests.kinds import KINDS
from troth.requests.models import Request


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


def answer(request: Request, tallies: tuple[rules.Tally, ...], link: str) -> Letter:
    """The letter that ends a request; `link` opens its answer page."""
    body = {"access": _access, "erasure": _erasure, "account-deletion": _account}[request.kind](tallies)
    rest = rules.outstanding(tallies)
    open_points = "".join(f"- {tally.title}: {tally.note or 'a person is doing this by hand'}\n" for tally in rest)
    also = f"\nWhat we could not do by ourselves:\n{open_points}" if rest else ""
    text = f"{body}{also}\nYour answer, for two weeks:\n{link}\n\nYour reference: {request.reference}\n"
    return Letter(f"{KINDS[request.kind].title}: your answer ({request.reference})", text)


def _lines(tallies: tuple[rules.Tally, ...], verb: str, word: str) -> str:
    return "".join(f"- {t.title}: {t.count} {word}\n" for t in tallies if t.verb == verb and t.state == "done")


def _access(tallies: tuple[rules.Tally, ...]) -> str:
    found = sum(tally.count for tally in tallies)
    return (
        f"We looked in every system and found {found} things about you:\n{_lines(tallies, 'find', 'found')}\n"
        "The page below sends you a code and then gives you all of it, to read and as files.\n"
    )


def _erasure(tallies: tuple[rules.Tally, ...]) -> str:
    erased = _lines(tallies, "erase", "erased") + _lines(tallies, "erase-vault", "erased")
    absent = ", ".join(t.title for t in tallies if t.verb == "absent" and t.state == "done")
    return (
        f"We erased what we held about you:\n{erased}\n"
        f"Then we looked again and found nothing in: {absent}. We look once more in a week.\n"
        "The page below gives you a proof of this that anyone can check.\n"
    )


def _account(tallies: tuple[rules.Tally, ...]) -> str:
    return (
        f"Your account is deleted:\n{_lines(tallies, 'delete-account', 'things deleted or changed')}\n"
        "What you posted in public stays up without your name. Other data we hold about you are not erased by this; "
        "ask for erasure if you want that too.\n"
    )
