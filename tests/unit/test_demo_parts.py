"""The demo's own parts: ports it remembers, pages as a person meets them, steps that go wrong."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from troth.demo import world as worlds
from troth.demo.story import play
from troth.demo.story.page import Page
from troth.demo.story.stage import Stage, Wrong

PAGE = """
<form method="get"><button>Search</button></form>
<form method="post" action="/there/"><input type="hidden" name="key" value="k&amp;1"><input name="email" value="">
<textarea name="words">
hello</textarea><input type="checkbox" name="tick" value="yes"><input type="checkbox" name="old" checked>
<button type="submit" name="what" value="all">Do</button><button type="button" name="no" value="no">No</button></form>
<article class="letter"><h2>Subject</h2><p>To a@example.org: <a href="/one/">one</a></p></article>
<a href="/two/">two</a>
"""


def test_a_page_as_a_person_meets_it() -> None:
    page = Page(PAGE)
    form = page.form()
    assert (form.action, form.boxes, form.ticked) == ("/there/", {"tick": "yes", "old": "on"}, {"old"})
    assert form.fields["key"] == "k&1"
    assert form.fields["words"].strip() == "hello"
    assert form.buttons == [("what", "all")]
    assert page.form(button="all") is form
    assert [letter.links for letter in page.letters] == [["/one/"]]
    assert "a@example.org" in page.letters[0].text
    with pytest.raises(LookupError):
        page.form(button="none")


def test_a_world_keeps_its_ports_unless_another_took_one(tmp_path: Path) -> None:
    first = worlds.opened(tmp_path)
    (tmp_path / "demo.json").write_text(json.dumps({"port": first.port, "sandbox_port": first.sandbox_port}))
    assert worlds.opened(tmp_path) == first == worlds.remembered(tmp_path)
    with socket.create_server(("127.0.0.1", first.port)):
        moved = worlds.opened(tmp_path)
    assert moved.port != first.port
    assert moved.sandbox_port == first.sandbox_port
    assert worlds.opened(tmp_path, port=first.port).port == first.port
    with pytest.raises(LookupError, match="no demo in"):
        worlds.remembered(tmp_path / "elsewhere")


@pytest.mark.parametrize("text", ["", "[]", '{"port": "8800"}', "{"])
def test_a_damaged_memory_is_no_memory(tmp_path: Path, text: str) -> None:
    (tmp_path / "demo.json").write_text(text)
    assert worlds.opened(tmp_path).port


def test_settings_of_a_real_deployment_do_not_reach_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in worlds.FORGOTTEN:
        monkeypatch.setenv(name, "real")
    environment = worlds.World(tmp_path, 1, 2).environment
    assert "real" not in environment.values()
    assert environment["TROTH_HOME"] == str(tmp_path)


def test_the_reference_policy_is_found() -> None:
    assert (worlds.reference_policy() / "datasets" / "product.yaml").exists()


def test_a_step_that_goes_wrong_says_what_was_expected_and_the_others_are_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlike(_stage: Stage) -> Any:
        raise Wrong("two", 1)

    def broken(_stage: Stage) -> Any:
        """Something is there."""
        raise KeyError("person")

    monkeypatch.setattr(play, "STEPS", {"unlike": unlike, "broken": broken, "good": lambda stage: {"seen": 1}})
    seen = list(play.play(Stage(worlds.World(tmp_path, 1, 2))))
    assert [(one.step, one.ok) for one in seen] == [("unlike", False), ("broken", False), ("good", True)]
    assert seen[0].shows == {"expected": "two", "found": 1}
    assert seen[1].shows == {"expected": "Something is there.", "found": "KeyError: 'person'"}
