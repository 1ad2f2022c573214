"""`python -m troth.demo.scenes --home DIR`: things happen in a running world, so that its pages have something to show.

Played once in a world; a world that has seen them stays as its visitors left it.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from troth.demo import product
from troth.demo.story import answer, collect
from troth.demo.story.browser import Browser
from troth.demo.story.stage import Person, Stage, Wrong, someone, until
from troth.demo.world import World, remembered

CAST = (("Ada", "Muster"), ("Noor", "Voorbeeld"), ("Chloé", "Exemple"), ("Mika", "Esimerkki"), ("Grace", "Beispiel"))
FORMS = ("schedule-demo", "register-webinar")


def main() -> int:
    parser = argparse.ArgumentParser(prog="troth-scenes", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    world = remembered(parser.parse_args().home)
    world.enter()
    try:
        _play(world)
    except Exception as problem:  # the world is of use all the same
        sys.stderr.write(f"the scenes stopped early: {type(problem).__name__}: {problem}\n")
        return 1
    return 0


def _play(world: World) -> None:
    stage = Stage(world)
    until(stage.seed_sandbox, "an answer of the sandbox")
    if not stage.sql("select 1 from versions_version limit 1"):  # a world that was left keeps its policy
        collect.publish(stage)
    if stage.sql("select 1 from collection_submission limit 1"):
        stage.troth("sweep")  # time went by since the world was made
    else:
        _first_days(stage)
    stage.troth("verify")


def _first_days(stage: Stage) -> None:
    """Some people come, one changes their mind, some ask for something; one letter is still unanswered."""
    cast = [someone(first, last, f"{stage.run[:5]}{n}") for n, (first, last) in enumerate(CAST)]
    for n, person in enumerate(cast):
        stage.notes[person.email] = product.add_person(stage.product, person.email, person.name)
        submit(stage.web, FORMS[n % 2], person, marketing=n % 3 != 2)
    ada, noor, chloe, mika, grace = cast
    _withdraw(stage, noor)
    scenes: tuple[Callable[[], object], ...] = (
        lambda: answer.answered(stage, "access", ada),
        lambda: answer.answered(stage, "erasure", mika),
        lambda: answer.answered(stage, "account-deletion", grace),
        lambda: _ask_only(stage, "access", chloe),
    )
    for scene in scenes:
        scene()


def submit(web: Browser, touchpoint: str, person: Person, *, marketing: bool) -> str:
    """Fill in a hosted form and send it; returns the form's idempotency key. Raises Wrong if it is not taken."""
    path = f"/forms/{touchpoint}/"
    form = web.get(path).form()
    values = {f"item:{item}": value for item, value in person.values.items() if f"item:{item}" in form.fields}
    ticks = [box for box in form.boxes if box == "of-age" or (marketing and box == "agree:marketing")]
    done = web.send(path, form, values, tick=ticks)
    if "We have it" not in done.text:
        raise Wrong("the form is taken", f"status {done.status_code}")
    return form.fields["key"]


def _withdraw(stage: Stage, person: Person) -> None:
    link = answer.links(stage, person, "/privacy/choices/")[0]
    form = stage.web.get(link).form()
    stage.web.send(link, form, button=form.buttons[0][1])


def _ask_only(stage: Stage, kind: str, person: Person) -> None:
    path = f"/privacy/ask/{kind}/"
    stage.web.send(path, stage.web.get(path).form(), {"email": person.email})


if __name__ == "__main__":
    sys.exit(main())
