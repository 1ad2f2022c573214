"""Sweeps on real files and the vault: what is past its day goes, what is not stays, what cannot be read is said."""

import gzip
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard
from people_kit import published, someone, stored
from requests_kit import NOW, publish
from typer.testing import CliRunner

from troth import ground
from troth.cli.main import app
from troth.demo import logs
from troth.evidence import queries as log
from troth.people import queries as people
from troth.retention import queries, services
from troth.retention.rules import Line, Report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    import yaml

    where = tmp_path / "logs"
    logs.write(where, NOW)
    file = ground.settings().systems_file
    file.write_text(yaml.safe_dump({"systems": {"web-logs": logs.system(where)}}))
    yield where
    file.unlink()


def by_class(report: Report) -> dict[str, Line]:
    return {line.kind: line for line in report.lines}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_dry_run_says_what_would_go_and_changes_nothing(folder: Path) -> None:
    publish()
    for name in ("access", "torque", "recordings"):
        logs.plant_old(folder, NOW, name)
    logs.plant_mixed(folder, NOW)
    before = files(folder)
    dry = services.sweep(NOW, dry_run=True)
    assert files(folder) == before
    assert log.entries(kind="sweep.erased") == log.entries(kind="sweep.started") == []
    assert queries.last_sweeps() == ()
    real = services.sweep(NOW)
    assert [(x.kind, x.erased, x.rewritten, x.lines) for x in dry.lines] == [
        (x.kind, x.erased, x.rewritten, x.lines) for x in real.lines
    ]
    assert {k: (v.erased, v.lines) for k, v in by_class(real).items()} == {
        "access": (1, 100),
        "torque": (1, 50),
        "recordings": (1, 0),
    }
    assert real.told
    assert len(queries.last_sweeps()) == 1


def test_what_is_past_goes_and_what_is_not_stays_byte_for_byte(folder: Path) -> None:
    publish()
    young = files(folder)
    old = [logs.plant_old(folder, NOW, name) for name in ("access", "torque", "recordings")]
    mixed = logs.plant_mixed(folder, NOW)
    services.sweep(NOW)
    left = files(folder)
    assert not any(path.exists() for path in old)
    assert {name: content for name, content in left.items() if name in young} == young
    lines = gzip.decompress(mixed.read_bytes()).decode().splitlines()
    assert len(lines) == 50
    again = services.sweep(NOW)
    assert sum(line.erased + line.lines for line in again.lines) == 0
    (first, *rest) = [entry.facts for entry in log.entries(kind="sweep.erased") if entry.facts["store"] == "web-logs"]
    assert len(rest) == 2
    assert set(first) == {"store", "class", "rule", "before", "files", "lines"}


@pytest.mark.parametrize("pack", ["", ".gz", ".zst"])
@pytest.mark.parametrize(("age", "gone"), [(61, True), (59, False)])
def test_every_packing_by_line_to_the_day(folder: Path, pack: str, age: int, gone: bool) -> None:
    publish()
    day = NOW - timedelta(days=age)
    text = f'192.0.2.9 - - [{day:%d/%b/%Y:%H:%M:%S +0000}] "GET / HTTP/1.1" 200 1 "-" "x"\n'.encode()
    packed = {"": text, ".gz": gzip.compress(text), ".zst": zstandard.ZstdCompressor().compress(text)}[pack]
    path = folder / f"access-one.log{pack}"
    path.write_bytes(packed)
    os.utime(path, (day.timestamp(), day.timestamp()))
    services.sweep(NOW)
    assert path.exists() is not gone


def test_a_damaged_file_is_left_and_said(folder: Path) -> None:
    publish()
    path = folder / "access-broken.log.gz"
    path.write_bytes(gzip.compress(b"x" * 5_000)[:40])
    os.utime(path, (0, 0))
    logs.plant_old(folder, NOW)
    report = services.sweep(NOW)
    line = by_class(report)["access"]
    assert (line.outcome, line.erased) == ("could not tell", 1)
    assert "1 files could not be judged" in line.note
    assert path.exists()
    assert not report.told


def run(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["sweep", *args])
    return done.exit_code, done.output


def test_the_command_tells_and_its_exit_code_says_whether_all_could_be_told(folder: Path) -> None:
    publish()
    logs.plant_old(folder, NOW)
    code, text = run("--dry-run")
    assert (code, "would erase 1 files" in text, "nothing was changed" in text) == (0, True, True)
    code, text = run("--json")
    told = json.loads(text)
    assert (code, told["dry_run"]) == (0, False)
    assert {line["kind"] for line in told["lines"]} == {"access", "torque", "recordings"}
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("not a folder")
    code, text = run()
    assert code == 3
    assert "could not tell" in text
    ground.settings().systems_file.write_text("systems: 7")
    code, text = run("--dry-run")
    assert (code, "could not tell" in text, "vault:" in text) == (3, True, True)


def test_without_a_policy_nothing_is_swept(folder: Path) -> None:
    logs.plant_old(folder, NOW)
    before = files(folder)
    with pytest.raises(services.NothingPublished):
        services.sweep(NOW)
    assert run()[0] == 3
    assert files(folder) == before


def test_a_class_whose_rule_has_no_period_is_not_guessed_at(folder: Path) -> None:
    import yaml

    publish()
    system = logs.system(folder)
    system["classes"] = {
        "a": {**logs.CLASSES["access"], "rule": "until-unneeded"},
        "b": {**logs.CLASSES["access"], "rule": "nowhere"},
        "c": {key: value for key, value in logs.CLASSES["access"].items() if key != "rule"},
    }
    ground.settings().systems_file.write_text(yaml.safe_dump({"systems": {"web-logs": system}}))
    before = files(folder)
    report = services.sweep(NOW + timedelta(days=900))
    assert {line.outcome for line in report.lines} == {"could not tell"}
    assert files(folder) == before


def test_the_vault_keeps_its_days_and_lists_what_must_be_looked_at() -> None:
    from people_kit import NOW as THEN

    version = published()
    ana = someone()
    due, review = stored(ana, version), stored(ana, version, row="news", email="ada@mail.example", name="Ada")
    early = services.sweep(THEN + timedelta(days=20), dry_run=True)
    assert (early.records, early.values, early.reviews) == (0, 0, 0)
    month = services.sweep(THEN + timedelta(days=32))
    assert (month.records, month.values) == (0, 1)  # the message, kept a month
    year = services.sweep(THEN + timedelta(days=366), dry_run=True)
    assert (year.records, year.reviews) == (1, 1)
    assert {record.id for record in people.records(ana)} == {due, review}
    assert services.sweep(THEN + timedelta(days=366)).records == 1
    assert [record.id for record in people.records(ana)] == [review]
    (listed,) = queries.reviews_due(THEN + timedelta(days=366))
    assert listed.record_id == review
    following = services.keep(review, by="7", now=THEN + timedelta(days=366))
    assert following > THEN + timedelta(days=366)
    assert queries.reviews_due(THEN + timedelta(days=366)) == []
    assert services.let_go(review, now=THEN + timedelta(days=400)) == 1
    assert services.let_go(review, now=THEN + timedelta(days=400)) == 0
    assert people.records(ana) == []
