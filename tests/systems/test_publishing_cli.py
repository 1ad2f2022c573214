"""`troth plan` and `troth publish`: what they say, what they change, and how they end."""

import json
import re
import shutil
from pathlib import Path

import pytest
from publishing_kit import kinds
from sharing_kit import QUALI, send
from typer.testing import CliRunner

from troth import ground
from troth.cli.main import app
from troth.versions import queries

pytestmark = pytest.mark.django_db

DAY = "2099-01-01"
HUBSPOT = "assumed_recipients: [{recipient: hubspot, items: [email, full-name]}"


def folder(path: Path, effective: str = DAY) -> Path:
    """The reference policy of a later day, whose demo form hands its newsletter to Salesforce too."""
    shutil.copytree(QUALI, path)
    head, table = path / "policy.yaml", path / "touchpoints/20-website.yaml"
    head.write_text(head.read_text().replace("effective: 2024-06-02", f"effective: {effective}"))
    wider = f"{HUBSPOT}, {{recipient: salesforce, items: [email, full-name]}}"
    table.write_text(table.read_text().replace(HUBSPOT, wider, 1))
    return path


def troth(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture(autouse=True)
def _old() -> None:
    """The reference policy is published; two people asked for a demo, one of them wants the newsletter."""
    code, out = troth("publish", str(QUALI))
    assert code == 0, out
    send("schedule-demo", "marketing", now=ground.clock())
    send("schedule-demo", email="bob@mail.example", now=ground.clock())


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return folder(tmp_path / "new")


def digest_in(text: str) -> str:
    (found,) = re.findall(r"--plan ([0-9a-f]{64})", text)
    return str(found)


def test_a_plan_says_what_it_does_and_how_to_apply_it(new: Path) -> None:
    before = kinds()
    code, out = troth("plan", str(new))
    assert code == 0, out
    for line in (
        "version 2 after version 1, in force from 1 Jan 2099",
        "  fresh consent, significant, kept for old data: When you schedule a demo",
        "  tell 1 person what changes for them: 1 by mail, 0 by hand",
        "  end 1 consent: Send you marketing communications, at When you schedule a demo",
        f"to publish exactly this: troth publish {new} --plan ",
    ):
        assert line in out, out
    assert kinds() == before
    assert len(queries.all()) == 1


def test_the_plan_as_json_is_one_document(new: Path) -> None:
    code, out = troth("plan", str(new), "--json")
    assert code == 0
    told = json.loads(out)
    assert told["ok"] is True
    assert (told["plan"]["people"], told["plan"]["consents"], told["obstacles"]) == (1, 1, [])
    assert told["command"] == f"troth publish {new} --plan {told['plan']['digest']}"


def test_without_a_plan_a_change_is_shown_and_not_published(new: Path) -> None:
    before = kinds()
    code, out = troth("publish", str(new))
    assert code == 2
    assert "nothing was published" in out
    assert digest_in(out) == digest_in(troth("plan", str(new))[1])
    assert json.loads(troth("publish", str(new), "--json")[1])["published"] is False
    assert kinds() == before


def test_the_plan_that_was_approved_is_published_and_its_telling_seen(new: Path) -> None:
    digest = digest_in(troth("plan", str(new))[1])
    code, out = troth("publish", str(new), "--plan", digest)
    assert code == 0, out
    assert "published as version 2" in out
    assert "letters go to 1 person before it takes effect" in out
    assert "version 1 stays in force until it takes effect on 1 Jan 2099" in out
    assert troth("publish", str(new), "--plan", digest)[1].startswith("already published as version 2")
    assert troth("plan", str(new)) == (
        0,
        "already published as version 2: nothing to do\n"
        "version 2, in force from 1 Jan 2099: 0 of 1 people told, 0 of them by staff\n",
    )
    later = folder(new.parent / "later", effective="2099-02-01")
    assert "under way: version 2, in force from 1 Jan 2099: 0 of 1 people told" in troth("plan", str(later))[1]


def test_a_stale_digest_changes_nothing_and_says_what_is_different(new: Path) -> None:
    digest = digest_in(troth("plan", str(new))[1])
    send("schedule-demo", "marketing", email="cyd@mail.example", now=ground.clock())
    before = kinds()
    code, out = troth("publish", str(new), "--plan", digest)
    assert code == 1
    assert "nothing was published: the plan is not what it was when it was approved" in out
    assert "-   end 1 consent: Send you" in out
    assert "+   end 2 consents: Send you" in out
    assert digest_in(out) != digest
    assert kinds() == before
    told = json.loads(troth("publish", str(new), "--plan", digest, "--json")[1])
    assert (told["published"], told["stale"]) == (False, digest)
    assert len(told["different"]) >= 4


@pytest.mark.parametrize("digest", ["", "x", "../../etc/passwd", "0" * 64])
def test_a_digest_nobody_was_given_changes_nothing(new: Path, digest: str) -> None:
    before = kinds()
    code, out = troth("publish", str(new), "--plan", digest)
    assert code == 1
    assert "this is what it would do now" in out
    assert kinds() == before


def test_past_the_limit_it_refuses_without_force(new: Path) -> None:
    code, out = troth("plan", str(new), "--limit", "1")
    assert code == 0
    assert "larger than the limit of 1: 2 in all (1 person told, 1 consents that end" in out
    digest = digest_in(out)
    code, out = troth("publish", str(new), "--plan", digest, "--limit", "1")
    assert (code, len(queries.all())) == (1, 1)
    assert "use --force" in out
    assert troth("publish", str(new), "--plan", digest, "--limit", "1", "--force")[0] == 0
    assert len(queries.all()) == 2


def test_a_day_too_soon_is_refused_with_the_earliest(tmp_path: Path) -> None:
    soon = folder(tmp_path / "soon", effective=ground.clock().date().isoformat())
    code, out = troth("plan", str(soon))
    assert code == 1
    assert "is too soon: 1 person must hear of it 1 day before; the earliest day is " in out
    assert "change `effective`" in out
    assert "--plan" not in out
    digest = json.loads(troth("plan", str(soon), "--json")[1])["plan"]["digest"]
    assert troth("publish", str(soon), "--plan", digest, "--force")[0] == 1
    told = json.loads(troth("publish", str(soon), "--plan", digest, "--json")[1])
    (obstacle,) = told["obstacles"]
    assert (obstacle["obstacle"], obstacle["ahead"], obstacle["people"]) == ("too soon", "P1D", 1)
    assert len(queries.all()) == 1


def test_a_policy_with_an_error_has_no_plan(new: Path) -> None:
    (new / "policy.yaml").write_text((new / "policy.yaml").read_text() + "\nshoe_size: 44\n")
    code, out = troth("plan", str(new))
    assert code == 1
    assert "shoe_size" in out
    assert troth("plan", str(new / "nowhere"))[0] == 3


def test_an_earlier_text_is_not_what_is_in_force(new: Path) -> None:
    digest = digest_in(troth("plan", str(new))[1])
    assert troth("publish", str(new), "--plan", digest)[0] == 0
    code, out = troth("plan", str(QUALI))
    assert code == 0
    assert "published before, as version 1; version 2 came after it" in out
    assert "to go back, give this text a new effective date" in out


def test_without_a_folder_it_says_how_far_what_was_published_is(new: Path) -> None:
    _, out = troth("plan", str(new))
    troth("publish", str(new), "--plan", digest_in(out))
    code, out = troth("plan")
    assert code == 0
    assert out.splitlines() == [
        "version 2, in force from 1 Jan 2099: 0 of 1 people told, 0 of them by staff",
        "version 1, in force from 2 Jun 2024: nobody had to be told",
    ]
    code, out = troth("plan", "--json")
    assert (code, [done["waiting"] for done in json.loads(out)["publications"]]) == (0, [1, 0])
    _, out = troth("plan", str(new))
    assert "0 of 1 people told" in out
