"""The page of what executes promises, and of the checks that watch them."""

from troth.policy.mechanisms import CHECKS, EXECUTORS

INTRO = """\
# What executes and watches promises

The names a clause of the register may use in `executed_by` and `checked_by`. A name is here only when the thing
exists; what is not built is `not yet` in the register.
"""
CHECKED = """\
`troth verify` runs them all; the worker runs them every hour. `troth verify --only NAME` runs one. Each answers for
every thing it looks at: kept, broken, warned, could not tell, or excluded. Exit code 0 if all are kept, 1 if one is
broken, 3 if something could not be told and nothing is broken.
"""


def _table(names: dict[str, str], head: str) -> str:
    return "\n".join([f"| name | {head} |", "|---|---|", *(f"| `{name}` | {says} |" for name, says in names.items())])


def page() -> str:
    parts = [INTRO, "## What executes", _table(EXECUTORS, "what it is")]
    return "\n\n".join(
        part.strip() for part in (*parts, "## Promise checks", CHECKED, _table(CHECKS, "the promise is kept when"))
    )
