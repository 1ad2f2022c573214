"""No request is past its legal day, and none past the earlier day aimed at."""

from collections.abc import Iterator

from troth.requests import queries as requests
from troth.verification.rules import Result
from troth.verification.world import World

ID = "requests-on-time"
EXPECTED = "every request answered by its legal day (GDPR Art. 12(3))"


def check(world: World) -> Iterator[Result]:
    counts = requests.counts(world.now)
    found = (
        f"{counts['open']} open, {counts['outstanding']} answered in part, "
        f"{counts['past_target']} past the target day, {counts['late']} past the legal day"
    )
    where, subject = "rights", "Open requests"
    if counts["late"]:
        yield Result(ID, subject, "broken", EXPECTED, found, where, "answer these first, and say why late", counts)
    elif counts["past_target"]:
        yield Result(ID, subject, "warned", EXPECTED, found, where, "answer these next", counts)
    else:
        yield Result(ID, subject, "kept", EXPECTED, found, where, "", counts)
