"""The page of diagnostics codes: those of the checks from their registry, those of reading and names from here."""

from troth.policy.checks import run  # noqa: F401  it registers the checks
from troth.policy.checks.registry import CHECKS

OTHERS = {
    "T-0001": ("error", "the folder holds a policy"),
    "T-0002": ("error", "a file is of a sensible size"),
    "T-0003": ("error", "a file is UTF-8 text"),
    "T-0004": ("error", "policy files end in `.yaml`"),
    "T-0005": ("error", "nothing is given twice"),
    "T-0006": ("error", "a file holds one document"),
    "T-0007": ("error", "a file is a mapping of sections"),
    "T-0008": ("error", "a file is YAML"),
    "T-0009": ("error", "nesting is not too deep"),
    "T-0010": ("error", "a key is a plain word"),
    "T-0011": ("error", "there are no YAML tags"),
    "T-0012": ("error", "an alias names an anchor above it"),
    "T-0013": ("error", "aliases do not multiply without end"),
    "T-0014": ("error", "texts hold no control characters"),
    "T-0101": ("error", "a needed key is there"),
    "T-0102": ("error", "a key is one the language knows"),
    "T-0103": ("error", "a value is one of those that may stand there"),
    "T-0104": ("error", "a value is of the right kind"),
    "T-0105": ("error", "a name is a name"),
    "T-0106": ("error", "a period is an ISO 8601 duration"),
    "T-0107": ("error", "a date is a date"),
    "T-0108": ("error", "what must not be empty is not"),
    "T-0109": ("error", "the keys of a part fit each other"),
    "T-0110": ("error", "a country is one of ISO 3166-1"),
    "T-0201": ("error", "a data item is declared"),
    "T-0202": ("error", "a purpose is declared"),
    "T-0203": ("error", "a recipient is declared"),
    "T-0204": ("error", "a retention rule is declared"),
    "T-0205": ("error", "a group is declared"),
    "T-0206": ("error", "a site is declared"),
    "T-0207": ("error", "a touchpoint is declared"),
    "T-0208": ("error", "an assumption is declared"),
    "T-0209": ("error", "what executes a clause exists"),
    "T-0210": ("error", "the check that watches a clause exists"),
    "T-0211": ("error", "a recipient's connector exists (checked where the systems are known)"),
    "T-0221": ("error", "a recipient of a row gets items of that row"),
    "T-0222": ("error", "a retention rule of a row keeps items of that row"),
    "T-0223": ("error", "every item of a row falls under a retention rule"),
    "T-0224": ("error", "no item of a row falls under two retention rules"),
    "T-0225": ("error", "nothing stands twice in one list"),
    "T-0226": ("error", "no two clauses have the same name"),
    "T-0227": ("error", "a purpose has a name of its own"),
    "T-0502": ("warning", "an accepted gap accepts something that is found"),
}
INTRO = """\
# Diagnostics

What `troth check` looks at. Each line says what should be so; a finding of that code says where it is not. Errors
stop a policy from being published; warnings do not. Findings from `T-0301` on can be accepted under `accepted_gaps`,
with reason, owner and review day: then they are shown and counted, and stop nothing until that day. Files, shape and
names (`T-00`, `T-01`, `T-02`) cannot be accepted away.
"""
PARTS = (
    ("T-00", "Reading the files"),
    ("T-01", "Shape"),
    ("T-02", "Names"),
    ("T-03", "The parts fit each other"),
    ("T-04", "What people must be told"),
    ("T-05", "The clause register, assumptions and gaps"),
)


def known() -> dict[str, tuple[str, str, str]]:
    """Code → severity, what should be so, the rule behind it (may be empty)."""
    others = {code: (severity, title, "") for code, (severity, title) in OTHERS.items()}
    checks = {check.code: (check.severity, check.title, check.article or "") for check in CHECKS.values()}
    return dict(sorted((others | checks).items()))


def page() -> str:
    parts = [INTRO]
    for start, title in PARTS:
        lines = ["| code | | what should be so | rule behind it |", "|---|---|---|---|"]
        lines += [
            f"| {code} | {severity} | {says} | {article} |"
            for code, (severity, says, article) in known().items()
            if code.startswith(start)
        ]
        parts += [f"## {title}", "\n".join(lines)]
    return "\n\n".join(part.strip() for part in parts)
