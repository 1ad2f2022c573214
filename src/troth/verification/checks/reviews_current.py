"""Nothing kept until unneeded stays past its review day unseen."""

from collections.abc import Iterator

from troth.policy import plain
from troth.retention import queries as retention
from troth.verification.rules import Result
from troth.verification.world import World

ID = "reviews-current"
EXPECTED = "whatever is kept until unneeded is looked at by its review day"
MOST = 1_000


def check(world: World) -> Iterator[Result]:
    due = retention.reviews_due(world.now, MOST)
    where, subject = "retention.until-unneeded", "Reviews"
    if due:
        more = "at least " if len(due) == MOST else ""
        number, since = plain.count(len(due), "record"), plain.day(due[0].review_at)
        found = f"{more}{number} past the review day, the oldest since {since}"
        step = "confirm or let go of each in the console"
        yield Result(ID, subject, "warned", EXPECTED, found, where, step, {"due": len(due)})
    else:
        yield Result(ID, subject, "kept", EXPECTED, "none is due", where)
