"""How many problems of which kind."""

from collections.abc import Iterable

from troth.policy.problems import Problem


def counts(problems: Iterable[Problem]) -> dict[str, int]:
    """How many `errors`, `warnings`, and how many `accepted`."""
    listed = list(problems)
    accepted = sum(p.accepted is not None for p in listed)
    errors = sum(p.stops for p in listed)
    return {"errors": errors, "warnings": len(listed) - errors - accepted, "accepted": accepted}


def summary(problems: Iterable[Problem]) -> str:
    """`2 errors, 1 warning, 1 accepted gap`; zeros are left out but for the errors."""
    found = counts(problems)
    parts = [_plural(found["errors"], "error") if found["errors"] else "no errors"]
    if found["warnings"]:
        parts.append(_plural(found["warnings"], "warning"))
    if found["accepted"]:
        parts.append(_plural(found["accepted"], "accepted gap"))
    return ", ".join(parts)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
