"""The page of what each connector does, read from the connectors' classes."""

from urllib.parse import urlsplit

from troth.systems.kit.base import VERBS
from troth.systems.kit.capabilities import Capability, capabilities
from troth.systems.saas import manifest

INTRO = """\
# What each connector does

Six verbs for every system. ✓: the connector does it. ◷: the system offers no way, but what it holds goes by itself.
–: the vendor offers no way; a person gets a task that says what to do. `troth systems capabilities` prints the same.
What a [REST system](../how-to/connect-a-rest-system.md) does stands in its entry.
"""
MARKS = {"yes": "✓", "expires": "◷", "no": "–"}


def page() -> str:
    names = (*(name for name in manifest.OWN if name != "rest"), *manifest.vendors())
    known = {name: capabilities(manifest.kind(name)) for name in names}
    head = f"| connector | {' | '.join(VERBS)} |\n|---{'|---' * len(VERBS)}|"
    rows = [f"| [`{name}`](#{name}) | {' | '.join(MARKS[c.offered] for c in cs)} |" for name, cs in known.items()]
    return "\n\n".join([INTRO.strip(), "\n".join([head, *rows]), *(_section(n, cs) for n, cs in known.items())])


def _section(name: str, verbs: tuple[Capability, ...]) -> str:
    lines = [f"- **{verb.verb}** {_says(verb)}" for verb in verbs if verb.offered != "yes" or verb.limits]
    return "\n\n".join([f"## {name}", "\n".join(lines) or "All six, without a limit worth telling."])


def _says(verb: Capability) -> str:
    if verb.offered == "yes":
        return f"✓, but: {_sentence(verb.limits)}"
    if verb.offered == "expires":
        return f"◷ {_sentence(verb.reason)} Proved by: {_sentence(verb.source)}"
    source = verb.source
    if source.startswith("http") and " " not in source:
        source = f"[{urlsplit(source).hostname}]({source})"
    return f"– {_sentence(verb.reason)} Known from: {_sentence(source)} Instead: {_sentence(verb.manual)}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!")) else f"{text}."
