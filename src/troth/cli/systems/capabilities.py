"""`troth systems capabilities`: what each connector does, verb by verb."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from troth import ground
from troth.cli.output import Exit, fail, print_json, say
from troth.cli.systems import target

if TYPE_CHECKING:
    from troth.systems.kit.capabilities import Capability

MARKS = {"yes": "✓", "expires": "◷", "no": "–"}


def run(
    name: Annotated[str | None, typer.Argument(help="A connector; all if none is named.")] = None,
    json: target.Json = False,
) -> None:
    """What each connector does, verb by verb; for what it does not do, why, and what to do instead."""
    from troth.systems.kit.capabilities import capabilities
    from troth.systems.saas.manifest import connectors, kind

    known = connectors()
    if name and name not in known:
        fail(f"there is no connector {name}", Exit.USAGE, help=f"there are {', '.join(known)}")
    with target.asking():
        own = ground.settings().connectors
        every = [each for each in known if each != "rest"]  # what that does stands in its entries
        found = {each: capabilities(kind(each, own)) for each in ([name] if name else every)}
    if json:
        print_json({each: [asdict(verb) for verb in verbs] for each, verbs in found.items()})
        return
    for each, verbs in found.items():
        if name:
            _whole(verbs)
        else:
            say(f"{each:18} " + "  ".join(f"{MARKS[verb.offered]} {verb.verb}" for verb in verbs))
    if not name:
        say("\n✓ does it · ◷ goes by itself · – not offered: `troth systems capabilities NAME` says why")


def _whole(verbs: "tuple[Capability, ...]") -> None:
    for verb in verbs:
        more = {"Not reached": verb.limits, "Known from": verb.source, "Instead": verb.manual}
        if verb.offered == "expires":
            more = {"Proved by": verb.source}
        say(f"{MARKS[verb.offered]} {verb.verb}: {verb.reason or verb.says}")
        for head, text in more.items():
            if text:
                say(f"    {head}: {text}")
