"""`troth notice`: files that stand on their own, without Django."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from notice_kit import QUALI, Page, quali
from typer.testing import CliRunner

from troth.cli.main import app
from troth.policy.digest import digest

RUN = CliRunner()


def written(*args: str) -> str:
    result = RUN.invoke(app, ["notice", str(QUALI), *args])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_page_stands_on_its_own() -> None:
    page = Page(written())
    assert [given for tag, given in page.tags if tag in ("script", "link", "img", "iframe", "object")] == []
    assert "style" in {tag for tag, _ in page.tags}
    assert not [link for link in page.links if link.startswith("/")]
    assert "When you schedule a demo" in page.text


def test_each_form_and_language(tmp_path: Path) -> None:
    assert written("--format", "md", "--lang", "de").startswith("# Unsere Datenschutzerklärung\n")
    facts = json.loads(written("--json"))
    assert facts["version"] == {"number": None, "digest": digest(quali()), "effective": "2024-06-02"}
    assert facts["language"] == "en"
    assert "@context" in json.loads(written("--format", "jsonld"))
    out = tmp_path / "notice.pdf"
    written("--format", "pdf", "--out", str(out))
    assert out.read_bytes().startswith(b"%PDF-")


def test_earlier_versions_make_the_history(tmp_path: Path) -> None:
    page = Page(written("--before", str(QUALI)))
    assert {"change_history", "edition_1", "edition_2"} <= set(page.ids)
    assert "Version 2" in page.text


def test_a_language_that_is_not_there_is_told(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["notice", str(QUALI), "--lang", "fr", "--out", str(tmp_path / "x.html")])
    assert result.exit_code == 0
    assert "texts have no translation into `fr`" in result.stderr
    assert "words of the pages are missing and stand in English" in result.stderr
    assert RUN.invoke(app, ["notice", str(QUALI), "--lang", "no such tag"]).exit_code == 2


def test_what_is_wrong_is_said_and_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("troth: 1\nname: x\n")
    result = RUN.invoke(app, ["notice", str(tmp_path), "--out", str(tmp_path / "out.html")])
    assert result.exit_code == 1
    assert "its notice is not written" in result.stderr
    assert not (tmp_path / "out.html").exists()
    assert RUN.invoke(app, ["notice", str(tmp_path / "nowhere")]).exit_code == 3
    result = RUN.invoke(app, ["notice", str(QUALI), "--out", str(tmp_path / "no" / "such" / "folder.html")])
    assert result.exit_code == 3
    assert "cannot write" in result.stderr


@pytest.mark.parametrize("form", ["html", "md", "pdf", "json", "jsonld"])
def test_it_imports_no_django(form: str, tmp_path: Path) -> None:
    args = ["notice", str(QUALI), "--format", form, "--lang", "de", "--out", str(tmp_path / "x")]
    code = (
        f"import sys; from troth.cli.main import app\ntry: app({args!r})\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "print(sorted(n for n in sys.modules if n.partition('.')[0] in ('django', 'psycopg', 'httpx')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
