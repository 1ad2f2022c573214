"""The page of settings: every `TROTH_*` variable of `troth.ground`."""

import re
from pathlib import Path

from troth import ground

MEANINGS = {
    "TROTH_HOME": ("`troth-data`", "the folder where Troth keeps what it keeps: database, keys, secrets, systems file"),
    "TROTH_DATABASE_URL": (
        "an embedded PostgreSQL in the home",
        "your own PostgreSQL, version 15 or later: `postgresql://user:password@host/name`. Bring its tables up to date "
        "with `troth migrate`, or by starting `troth serve`",
    ),
    "TROTH_PUBLIC_URL": (
        "`http://127.0.0.1:8800`; the address served, under `troth serve`",
        "the address people reach you at. It stands in mails and names the evidence log; with `https` cookies are sent "
        "over TLS only",
    ),
    "TROTH_SYSTEMS": ("`systems.yaml` in the home", "the [systems file](systems.md)"),
    "TROTH_CONNECTORS": (
        "`connectors` beside the systems file",
        "a folder of [connectors of your own](../how-to/a-connector-in-an-hour.md)",
    ),
    "TROTH_SMTP_URL": (
        "none",
        "the mail server: `smtp://user:password@host:587?starttls=1`, or `smtps://…`. Without it mails do not leave; "
        "they are shown at `/mailbox/`",
    ),
    "TROTH_MAIL_FROM": ("`privacy@localhost`", "the sender of mails"),
    "TROTH_KEYS_DIR": ("`keys` in the home", "people's keys; put them on a volume of their own"),
    "TROTH_REGISTER_DIR": ("`erasure-register` in the home", "who was erased; put it beside the keys"),
    "TROTH_SECRET_KEY": (
        "made once, in `secrets` of the home",
        "the key that signs sessions; several web machines need the same",
    ),
    "TROTH_ALLOW_HOSTS": (
        "none",
        "hosts on your own network that connectors may call, separated by commas; others that are not public are "
        "refused",
    ),
    "TROTH_PLAN_LIMIT": (
        "`1000`",
        "how many people told, consents ended and records with data erased `troth publish` takes without `--force`",
    ),
    "TROTH_RECORD_HTTP": (
        "none",
        "a file to which every call to another system is appended, a JSON line each: `at`, `system`, `method`, `url`, "
        "`headers`, `body`, `status` (`null` when no reply came), `response`. Credentials are masked; **personal data "
        "is not**: keep the file where it may be, and only while an audit needs it",
    ),
    "TROTH_DEBUG": ("off", "`1` shows errors in the browser; never where others can see it"),
}
INTRO = """\
# Settings

Environment variables, read once when a process starts. Without any of them Troth runs on your own machine.
"""


def read() -> set[str]:
    """The variables that `ground` reads."""
    text = Path(ground.__file__).read_text()
    return set(re.findall(r"(?:env|environ\.get)\(\"(TROTH_[A-Z_]+)\"", text))


def page() -> str:
    """Raises KeyError for a variable that has no meaning here."""
    known = sorted(read(), key=list(MEANINGS).index)
    rows = [f"| `{name}` | {MEANINGS[name][0]} | {MEANINGS[name][1]} |" for name in known]
    return "\n\n".join([INTRO.strip(), "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])])
