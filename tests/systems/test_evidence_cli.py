"""`troth evidence` as a person uses it: output, exit codes, bad input."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from typer.testing import CliRunner, Result

from troth import ground
from troth.cli.evidence import app
from troth.evidence import services

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(ground.settings(), evidence_key_file=tmp_path / "secrets" / "key")
    monkeypatch.setattr(ground, "settings", lambda: settings)
    write(3)


def write(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            services.append("record.accepted", facts={"number": number}, at=NOW)


def troth(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def told(*words: object) -> dict:
    return json.loads(troth(*words, "--json").stdout)


def test_export_then_verify_with_key_and_checkpoint_from_files(tmp_path: Path) -> None:
    out, key, held = tmp_path / "log.zip", tmp_path / "key.txt", tmp_path / "held"
    held.write_text(troth("checkpoint").stdout)
    write(2)
    key.write_text(troth("key").stdout)
    assert "5 entries" in troth("export", "--out", out).stdout
    for trusted in (key, key.read_text().strip()):
        good = troth("verify", out, "--trusted-key", trusted, "--since", held)
        assert (good.exit_code, good.stdout.startswith("verified: 5 entries")) == (0, True)
    assert told("verify", out, "--trusted-key", key)["ok"] is True
    assert told("audit") == {"ok": True, "size": 5, "problems": []}


def test_a_bundle_that_does_not_verify_ends_with_1_and_says_why(tmp_path: Path) -> None:
    out = tmp_path / "log.zip"
    troth("export", "--out", out)
    key = told("key")["key"]
    out.write_bytes(out.read_bytes()[:-40])
    bad = troth("verify", out, "--trusted-key", key)
    assert bad.exit_code == 1
    assert "not a zip file" in bad.stdout
    assert told("verify", out, "--trusted-key", key)["ok"] is False


def test_usage_and_unreadable_files_have_their_own_codes(tmp_path: Path) -> None:
    out = tmp_path / "log.zip"
    troth("export", "--out", out)
    key = told("key")["key"]
    assert troth("verify", out).exit_code == 2
    assert troth("verify", out, "--trusted-key", "no-such-file").exit_code == 2
    assert troth("verify", out, "--trusted-key", "a+b").exit_code == 2
    assert troth("verify", tmp_path / "absent", "--trusted-key", key).exit_code == 3
    assert troth("verify", tmp_path, "--trusted-key", key).exit_code == 3
    assert troth("verify", out, "--trusted-key", key, "--since", tmp_path / "absent").exit_code == 3
    assert troth("export", "--out", tmp_path / "absent" / "log.zip").exit_code == 3


def test_a_held_checkpoint_that_is_no_checkpoint_does_not_verify(tmp_path: Path) -> None:
    out, held = tmp_path / "log.zip", tmp_path / "held"
    troth("export", "--out", out)
    held.write_bytes(b"\xff\x00junk")
    bad = troth("verify", out, "--trusted-key", told("key")["key"], "--since", held)
    assert (bad.exit_code, "the checkpoint you hold" in bad.stdout) == (1, True)


def test_a_tampered_log_fails_the_audit_with_1(tmp_path: Path) -> None:
    troth("checkpoint")
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("delete from evidence_entry where position = 2")
        cursor.execute("set local session_replication_role = origin")
    bad = troth("audit")
    assert (bad.exit_code, "a checkpoint of 3 was signed" in bad.stdout) == (1, True)
    assert troth("export", "--out", tmp_path / "log.zip").exit_code == 1


def test_a_database_that_is_away_could_not_be_read(tmp_path: Path) -> None:
    """Neither intact nor damaged: 3, one line, no traceback."""
    away = {"TROTH_DATABASE_URL": "postgresql://troth@127.0.0.1:1/troth", "TROTH_HOME": str(tmp_path)}
    code = "from troth.cli.evidence import app; app()"
    ended = subprocess.run(
        [sys.executable, "-c", code, "audit"], env={**os.environ, **away}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 3
    assert ended.stderr.startswith("error: the database could not be read")
    assert "Traceback" not in ended.stderr
