"""`troth diff` as a person and a pipeline call it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_policy_cases import BASE
from test_policy_cli import troth
from test_policy_reading import write

EDIT = (
    ("touchpoints.yaml", "recipients: [mailer]", "recipients: [mailer, {recipient: crm, items: [email]}]"),
    ("retention.yaml", "P1Y", "P2Y"),
    ("policy.yaml", "title: Privacy policy", "title: Privacy notice"),
)


def edited(*edits: tuple[str, str, str]) -> dict[str, str]:
    files = dict(BASE)
    for name, old, new in edits:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)
    return files


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("old"), dict(BASE))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("new"), edited(*EDIT))


def place(folder: Path | str, name: str, text: str, *, files: dict[str, str] | None = None) -> str:
    """`file:line:column` of a text; the files of these tests change with the language, what they hold does not."""
    before, found, _ = (files or edited(*EDIT))[name].partition(text)
    assert found
    return f"{folder}/{name}:{before.count(chr(10)) + 1}:{len(before.rpartition(chr(10))[2]) + 1}"


NEW_RECIPIENT = "{recipient: crm, items: [email]}"
TEXT = """\
fresh consent: consents given for it lapse, and people are asked again

  When you write to us (“Send you news”): Crm Inc. newly gets your data: Email.
    concerns  people whose data came in here: When you write to us; people who agreed to “Send you
              news”
    why       People may know who gets their data before it goes there. Consent was given to less
              than this, so it is asked for again. Data collected before keeps what was promised for
              it.
    law       GDPR Art. 13(1)(e), 14(1)(e); GDPR Art. 4(11), 7, recital 32; EDPB guidelines 05/2020,
              para. 110; GDPR Art. 5(1)(a), 5(1)(b), 6(4)
    also      significant and kept for old data
    --> {recipient}

significant: people concerned are told before it takes effect

  When you write to us: Your data is kept longer: 2 years after it was recorded, formerly 1 year
  after it was recorded.
    concerns  people whose data came in here: When you write to us
    why       Data stays longer than people were told. Data collected before keeps what was promised
              for it.
    law       GDPR Art. 5(1)(e), 13(2)(a); GDPR Art. 5(1)(a), 5(1)(b), 6(4)
    also      kept for old data
    --> {rule}

1 fresh consent, 1 significant; 1 wording, not shown. 1 text reads differently: see it with `--all`, \
for only a person can tell whether it still means the same
"""


def test_text(old: Path, new: Path) -> None:
    done = troth("diff", old, new)
    assert (done.returncode, done.stderr) == (0, "")
    recipient, rule = place(new, "touchpoints.yaml", NEW_RECIPIENT), place(new, "retention.yaml", "year:")
    assert done.stdout == TEXT.format(recipient=recipient, rule=rule)


def test_wording_is_silent_unless_asked_for(old: Path, tmp_path: Path) -> None:
    worded = write(tmp_path, edited(EDIT[2]))
    done = troth("diff", old, worded, "--exit-code")
    assert done.returncode == 0
    said = "nothing found that anyone needs to hear of; 1 wording, not shown. 1 text reads differently"
    assert done.stdout.startswith(said)
    shown = troth("diff", old, worded, "--all").stdout
    assert "    - Privacy policy of Small\n    + Privacy notice of Small\n" in shown
    assert "not shown" not in shown
    assert troth("diff", old, old).stdout == "nothing changed\n"


def test_exit_code(old: Path, new: Path) -> None:
    assert troth("diff", old, new, "--exit-code").returncode == 1
    assert troth("diff", old, old, "--exit-code").returncode == 0


def test_json(old: Path, new: Path) -> None:
    answer = json.loads(troth("diff", old, new, "--json").stdout)
    assert answer["counts"] == {
        "fresh consent": 1,
        "significant": 1,
        "kept for old data": 0,
        "notice": 0,
        "wording": 1,
    }
    assert answer["new"]["effective"] == "2026-01-01"
    assert len(answer["old"]["digest"]) == 64
    first = answer["changes"][0]
    assert (first["kind"], first["class"], first["rows"]) == ("recipient-added", "fresh consent", ["contact.marketing"])
    at = f"{first['file']}:{first['line']}:{first['column']}"
    assert at == place(new, "touchpoints.yaml", NEW_RECIPIENT)
    assert first["purposes"] == ["news"]
    assert [change["kind"] for change in answer["changes"]] == ["recipient-added", "retention-longer", "reworded"]


def test_markdown_takes_no_orders_from_the_text(old: Path, tmp_path: Path) -> None:
    hostile = edited(("recipients.yaml", "name: Mailer", 'name: "@team <img src=x> [a](b) *c*"'))
    shown = troth("diff", old, write(tmp_path, hostile), "--format", "markdown").stdout
    assert shown.startswith("## What changes: Privacy policy of Small\n\n### Significant\n")
    assert "&#64;team &lt;img src=x> \\[a\\](b) \\*c\\*" in shown
    assert "<img" not in shown


def test_german(old: Path, new: Path) -> None:
    shown = troth("diff", old, new, "--lang", "de").stdout
    assert "Crm Inc. erhält neu Daten von Ihnen: Email." in shown
    assert "    betrifft  " in shown
    assert "1 neue Einwilligung, 1 wesentlich; 1 Wortlaut" in shown


def test_the_language_of_the_new_policy_if_none_is_asked_for(old: Path, tmp_path: Path) -> None:
    title = "title: Privacy policy of Small"
    german = write(tmp_path / "de", edited(("policy.yaml", title, f"{title}\nlanguages: [de]"), EDIT[1]))
    assert "Ihre Daten werden länger aufbewahrt" in troth("diff", old, german).stdout
    assert "Your data is kept longer" in troth("diff", old, german, "--lang", "en-GB").stdout
    done = troth("diff", old, old, "--lang", "tlh")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there are no words in `tlh`" in done.stderr


def test_what_is_gone_stands_in_the_old_files(old: Path, tmp_path: Path) -> None:
    stated = "recipients: [{recipient: crm, items: [email, name]}]"
    fewer = write(tmp_path, edited(("touchpoints.yaml", stated, "recipients: []")))
    at = place(old, "touchpoints.yaml", "{recipient: crm, items: [email, name]}", files=dict(BASE))
    assert f"--> {at}\n" in troth("diff", old, fewer).stdout


def test_it_needs_no_django(old: Path, new: Path) -> None:
    code = (
        "import sys; from troth.cli import diff; from troth.policy.difference import report, told; "
        "from pathlib import Path; from troth.policy.load import load; "
        "old, new = (load(Path(p)).policy for p in sys.argv[1:]); told.told(old, new, language='de'); "
        "assert 'django' not in sys.modules"
    )
    done = subprocess.run((sys.executable, "-c", code, old, new), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_errors(old: Path, tmp_path: Path) -> None:
    broken = write(tmp_path / "broken", edited(("touchpoints.yaml", "purpose: news", "purpose: newz")))
    done = troth("diff", old, broken)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[T-0202]" in done.stderr
    assert f"--> {broken}/touchpoints.yaml:" in done.stderr
    assert f"error: `{broken}` has errors, so nothing can be compared" in done.stderr
    assert "have errors" in troth("diff", broken, broken).stderr
    done = troth("diff", old, tmp_path / "absent")
    assert (done.returncode, done.stdout) == (3, "")
    assert "does not exist" in done.stderr
    assert troth("diff", old).returncode == 2
    assert troth("diff", old, old, "--since", "HEAD").returncode == 2


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(("git", "-C", str(folder), *who, *arguments), check=True, capture_output=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy in `legal/policy`, committed once, changed since."""
    top = tmp_path_factory.mktemp("repository")
    folder = top / "legal" / "policy"
    folder.mkdir(parents=True)
    write(folder, dict(BASE))
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-q", "-m", "first")
    write(folder, edited(*EDIT))
    return top


def test_since_a_revision(repository: Path) -> None:
    counts = "1 fresh consent, 1 significant; 1 wording"
    for cwd, arguments in (
        (repository, ("legal/policy", "--since", "HEAD")),
        (repository, ("HEAD:legal/policy", "legal/policy")),
        (repository / "legal", ("policy", "--since", "HEAD")),
        (repository / "legal", ("HEAD:./policy", "policy")),
        (repository / "legal" / "policy", (".", "--since", "HEAD")),
        (repository / "legal" / "policy", ("HEAD:.", ".")),
    ):
        done = troth("diff", *arguments, cwd=cwd)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        assert counts in done.stdout, arguments


def test_a_part_that_is_gone_is_placed_at_the_revision(repository: Path) -> None:
    shown = troth("diff", "legal/policy", "HEAD:legal/policy", cwd=repository).stdout
    assert "Crm Inc. no longer gets your data." in shown
    assert f"--> {place('legal/policy', 'touchpoints.yaml', NEW_RECIPIENT)}\n" in shown
    assert f"--> {place('HEAD:legal/policy', 'retention.yaml', 'year:')}\n" in shown


def test_revisions_that_are_not_there(repository: Path, tmp_path: Path) -> None:
    for arguments, said in (
        (("legal/policy", "--since", "v9"), "git knows nothing of `legal/policy` at `v9`"),
        (("HEAD:absent", "legal/policy"), "git knows nothing of `absent` at `HEAD`"),
        (("legal/policy", "--since", "--output=x"), "`--output=x` is no revision"),
    ):
        done = troth("diff", *arguments, cwd=repository)
        assert (done.returncode, done.stdout) == (3, ""), arguments
        assert done.stderr.startswith("error: "), arguments
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    outside = write(tmp_path, dict(BASE))
    done = troth("diff", outside, "--since", "HEAD", cwd=tmp_path)
    assert done.returncode == 3
    assert "not a git repository" in done.stderr
