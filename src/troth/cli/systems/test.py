"""`troth systems test`: whether systems answer, with their addresses and credentials."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from troth.cli.output import Exit, fail, print_json, say
from troth.cli.systems import target
from troth.systems.kit.outcomes import SystemProblem

if TYPE_CHECKING:
    from troth.systems.kit.base import System


def run(
    names: Annotated[
        list[str] | None, typer.Argument(help="Systems of the systems file; all if none is named.")
    ] = None,
    json: target.Json = False,
) -> None:
    """Ask systems something small and harmless that needs their address and credentials.

    Exit code 3 if one does not answer, or has nothing to ask.
    """
    from troth.systems import services

    if names:
        asked = [target.configured(name) for name in dict.fromkeys(names)]
    else:
        with target.asking():
            asked = list(services.registry().all())
    if not asked:
        fail("there are no systems yet", Exit.UNKNOWN, help="write them into the systems file")
    answers = [_answer(each) for each in asked]
    if json:
        print_json({"systems": answers})
    else:
        for each in answers:
            say(f"{'✓' if each['answers'] else '?'} {each['name']}: {each['says']}")
    raise typer.Exit(int(Exit.FINE if all(each["answers"] for each in answers) else Exit.UNKNOWN))


def _answer(each: "System") -> dict[str, Any]:
    try:
        done = each.test()
    except NotImplementedError:
        return {"name": each.name, "answers": False, "says": "could not tell: this connector has no test"}
    except SystemProblem as problem:
        said = target.without_passwords(str(problem))
        return {"name": each.name, "answers": False, "says": said, "consequence": problem.consequence}
    account = done.evidence.get("account")
    says = f"answers as {account}" if account else "answers"
    if missing := done.evidence.get("indexes"):
        says += f"; whole tables are read until there are indexes: {'; '.join(map(str, missing))}"
    return {"name": each.name, "answers": True, "says": says, "evidence": dict(done.evidence)}
