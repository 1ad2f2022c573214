"""`troth systems list`: the systems of the systems file, and what each can do."""

from typing import TYPE_CHECKING, Any

import typer

from troth import ground
from troth.cli.output import print_json, say
from troth.cli.systems import target

if TYPE_CHECKING:
    from troth.systems.kit.base import System


def run(json: target.Json = False) -> None:
    """The systems of the systems file: what each is, and which verbs it offers. Asks none of them."""
    from troth.systems import services

    with target.asking():
        found = [_system(each) for each in services.registry().all()]
    if json:
        print_json({"file": str(ground.settings().systems_file), "systems": found})
        return
    if not found:
        typer.echo(f"no systems yet: {ground.settings().systems_file} names none", err=True)
    width = max((len(each["name"]) for each in found), default=0)
    for each in found:
        say(f"{each['name']:{width}}  {each['title']}: {', '.join(each['verbs']) or 'nothing it does by itself'}")
        for setting in each["literal_secrets"]:
            typer.echo(
                f"warning: {each['name']}: the credential `{setting}` stands in the systems file; "
                f"name a place instead: `env:NAME`, `file:PATH`",
                err=True,
            )


def _system(each: "System") -> dict[str, Any]:
    from troth.systems.kit.capabilities import capabilities
    from troth.systems.kit.settings import literals

    return {
        "name": each.name,
        "title": each.title,
        "kind": type(each).__name__,
        "recipient": each.recipient,
        "literal_secrets": [*literals(getattr(each, "settings", None)), *getattr(each, "literal_secrets", ())],
        "verbs": [one.verb for one in capabilities(each) if one.offered == "yes"],
    }
