"""How parts of a policy are called when we speak to its author."""

SINGULAR = {
    "accepted_gaps": "accepted gap",
    "assumptions": "assumption",
    "balancing_tests": "balancing test",
    "clauses": "clause",
    "controller": "the controller",
    "cookies": "cookie",
    "data": "data item",
    "groups": "group",
    "never": "negative promise",
    "purposes": "purpose",
    "recipients": "recipient",
    "retention": "retention rule",
    "retention_exceptions": "retention exception",
    "rights": "right",
    "secondary_purposes": "secondary purpose",
    "security": "measure",
    "sharing": "sharing ground",
    "sites": "site",
    "storage": "storage place",
    "third_parties": "third party",
    "touchpoints": "touchpoint",
    "translations": "translation into",
}
ENTRIES = frozenset(SINGULAR) - {"controller"}


def part(path: str) -> str:
    """`touchpoints.newsletter.rows.0.items.1` → ``row 1 of touchpoint `newsletter` ``; "" → `the policy`."""
    names = path.split(".") if path else []
    if not names:
        return "the policy"
    if names[0] not in ENTRIES:
        return SINGULAR.get(names[0], f"`{names[0]}`")
    if len(names) == 1:
        return f"`{names[0]}`"
    which = f"{int(names[1]) + 1}" if names[1].isdigit() and names[0] in LISTS else f"`{names[1]}`"
    entry = f"{SINGULAR[names[0]]} {which}"
    if names[0] == "touchpoints" and len(names) > 3 and names[2] == "rows":
        return f"row {int(names[3]) + 1} of {entry}" if names[3].isdigit() else entry
    return entry


LISTS = frozenset({"accepted_gaps", "clauses", "storage"})
