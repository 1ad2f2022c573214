"""One person's lines and files: what is a hit and what is not, what cannot be told, what is left."""

import gzip
import io
import json
import os
import random
import tarfile
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from pydantic import ValidationError

from troth import ground
from troth.systems.files.classes import FileClass
from troth.systems.files.system import FilesSystem
from troth.systems.kit.capabilities import capabilities
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Found, NotOffered, SystemProblem

NOW = ground.clock().replace(microsecond=0)
ANN = Identifiers(email=("ann@x.org",), phone=("+49 30 1234567",), account=("u-17",), device=("192.0.2.7",))
JSON: dict[str, Any] = {"pattern": "*.jsonl*", "lines": "json lines", "holds": {"email": ["user.mail"]}}
COMMON: dict[str, Any] = {
    "pattern": "*.log",
    "lines": "common log",
    "holds": {"device": ["host"], "account": ["user"], "email": ["request", "referer"]},
}


def _put(folder: Path, name: str, content: bytes, *, fresh: bool = False) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    when = (NOW - timedelta(minutes=0 if fresh else 60)).timestamp()
    os.utime(path, (when, when))
    return path


def _system(folder: Path, *specs: dict[str, Any]) -> FilesSystem:
    classes = {f"class{at or ''}": FileClass.model_validate(spec) for at, spec in enumerate(specs)}
    return FilesSystem("logs", title="Logs", folder=folder, classes=classes)


def _found(system: FilesSystem, who: Identifiers = ANN) -> Found:
    found = system.find(who)
    assert isinstance(found, Found)
    return found


def _erased(system: FilesSystem, who: Identifiers = ANN) -> Done:
    done = system.erase(who, key="k")
    assert isinstance(done, Done)
    return done


def _said(answer: Done) -> str:
    return " ".join(one.reason for one in answer.remains if isinstance(one, NotOffered))


def _json(mail: object, **more: object) -> bytes:
    return json.dumps({"user": {"mail": mail}, **more}).encode() + b"\n"


def test_a_finding_says_where_it_is_what_it_holds_and_which_item_that_is(tmp_path: Path) -> None:
    _put(tmp_path, "a.jsonl.gz", gzip.compress(_json("bo@x.org") + _json("ANN@x.org", ip="192.0.2.7", tags=["a", "b"])))
    system = _system(tmp_path, {**JSON, "items": {"user": "account-data", "ip": "ip-address"}})
    (one,) = _found(system).findings
    assert (one.kind, one.id) == ("class", "a.jsonl.gz:2")
    assert dict(one.values) == {"user.mail": "ANN@x.org", "ip": "192.0.2.7", "tags": ["a", "b"]}
    assert dict(one.items) == {"user.mail": "account-data", "ip": "ip-address"}
    assert "ANN" not in repr(one)


def test_a_web_servers_lines_by_address_by_login_and_by_what_was_asked_for(tmp_path: Path) -> None:
    tail = b' [24/Nov/2026:10:00:00 +0000] "GET %s HTTP/1.1" 200 17 "-" "Browser"\n'
    mine = [
        b"192.0.2.7 - -" + tail % b"/",
        b"203.0.113.9 - u-17" + tail % b"/",
        b"203.0.113.9 - -" + tail % b"/?q=ann%40x.org",
        b"203.0.113.9 - -" + tail % b"/\\x22ann@x.org\\x22",
        b"192.0.2.7 - - [24/Nov/2026:10:00:00 +0000]\n",
    ]
    others = [b"192.0.2.70 - -" + tail % b"/192.0.2.7", b"1192.0.2.7 - u-170" + tail % b"/?q=joann%40x.org"]
    path = _put(tmp_path, "a.log", b"".join(mine + others))
    system = _system(tmp_path, COMMON)
    assert [one.id for one in _found(system).findings] == [f"a.log:{n}" for n in range(1, 6)]
    assert _erased(system).evidence["rows"] == 5
    assert path.read_bytes() == b"".join(others)


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("call +49 30 1234567 now", True),
        ("0049301234567", True),
        ("+49-(30)-123.4567", True),
        ("tel=%2B49301234567", True),
        ("+49 30 12345678", False),
        ("1+49301234567", False),
        ("149301234567", False),
    ],
)
def test_phone_numbers_with_their_country_whatever_stands_between(tmp_path: Path, text: str, hit: bool) -> None:
    _put(tmp_path, "a.txt", f"nothing 30 1234567\n{text}\n".encode())
    system = _system(tmp_path, {"pattern": "*.txt", "lines": "text", "holds": {"phone": ["line"]}})
    assert bool(_found(system).findings) is hit
    many = [(n, Identifiers(phone=(f"+4477009{n:05}",))) for n in range(99)]
    answers = system.find_many([*many, (99, ANN)])
    last = answers[99]
    assert isinstance(last, Found)
    assert bool(last.findings) is hit


def test_a_name_that_stands_twice_in_an_object_hides_nobody(tmp_path: Path) -> None:
    _put(tmp_path, "a.jsonl", b'{"user": {"mail": "ann@x.org", "mail": "bo@x.org"}}\n')
    assert len(_found(_system(tmp_path, JSON)).findings) == 1


def test_csv_records_over_several_lines_are_one(tmp_path: Path) -> None:
    rows = b'mail,text\r\nbo@x.org,"one\r\ntwo ""ann@x.org"""\r\nann@x.org,"a\nb"\r\n,last'
    path = _put(tmp_path, "a.csv", rows)
    system = _system(tmp_path, {"pattern": "*.csv", "lines": "csv", "holds": {"email": ["mail"]}})
    found = _found(system)
    assert [one.id for one in found.findings] == ["a.csv:4"]
    assert found.findings[0].values["text"] == "a\nb"
    assert "1 in a.csv" in _said(found)  # the other field names the address too
    _erased(system)
    assert path.read_bytes() == b'mail,text\r\nbo@x.org,"one\r\ntwo ""ann@x.org"""\r\n,last'


def test_masked_lines_lose_what_names_somebody_and_keep_the_rest(tmp_path: Path) -> None:
    mask = {**COMMON, "on_erase": "mask", "items": {"agent": "browser"}}
    line = '%s - %s [24/Nov/2026:10:00:00 +0000] "GET /?q=%s HTTP/1.1" 200 17 "-" "%s"\n'
    other = line % ("203.0.113.9", "-", "ann@x.org.uk", "Browser")
    path = _put(tmp_path, "a.log", (other + line % ("192.0.2.7", "u-17", "to:ann@x.org", "Browser")).encode())
    done = _erased(_system(tmp_path, mask))
    assert done.evidence["tables"] == {"class": {"anonymised": 1}}
    masked = line % ("[erased]", "[erased]", "to:[erased]", "[erased]")
    assert path.read_text() == other + masked
    assert not _found(_system(tmp_path, mask)).findings


def test_what_cannot_be_read_is_never_passed_over(tmp_path: Path) -> None:
    cut = _put(tmp_path, "cut.jsonl.gz", gzip.compress(_json("ann@x.org") * 500)[:-20])
    _put(tmp_path, "other.jsonl.bz2", b"BZh91AY")
    _put(tmp_path, "wide.jsonl", "ann@x.org".encode("utf-16"))
    broken = _put(tmp_path, "broken.jsonl", b'{"user": {"mail": "ann@x.org"\n' + _json("bo@x.org"))
    (tmp_path / "link.jsonl").symlink_to(broken)
    before = cut.read_bytes(), broken.read_bytes()
    for answer in (_found(_system(tmp_path, JSON)), _erased(_system(tmp_path, JSON))):
        assert "cut.jsonl.gz (cut off or corrupt)" in _said(answer)
        assert "and 1 more" in _said(answer)  # four files are not read
        assert "lines that name the person as json lines: 1 in broken.jsonl" in _said(answer)
    assert (cut.read_bytes(), broken.read_bytes()) == before


def test_an_address_in_a_field_that_is_not_declared_is_said(tmp_path: Path) -> None:
    _put(tmp_path, "a.jsonl", _json("bo@x.org", note="for ann@x.org") + _json("bo@x.org", note="joann@x.org"))
    found = _found(_system(tmp_path, JSON))
    assert not found.findings
    assert "fields that `holds` does not name: 1 in a.jsonl" in _said(found)


def test_a_file_still_written_to_is_found_in_and_erased_later(tmp_path: Path) -> None:
    busy = _put(tmp_path, "a.jsonl", _json("ann@x.org") + _json("bo@x.org"), fresh=True)
    closed = _put(tmp_path, "b.jsonl", _json("ann@x.org") + _json("bo@x.org"))
    system = _system(tmp_path, JSON)
    assert len(_found(system).findings) == 2
    with pytest.raises(SystemProblem, match="still written to") as problem:
        system.erase(ANN, key="k")
    assert problem.value.consequence == "wait"
    assert problem.value.retry_after == timedelta(seconds=900)
    assert closed.read_bytes() == _json("bo@x.org")
    assert busy.read_bytes() == _json("ann@x.org") + _json("bo@x.org")
    _put(tmp_path, "a.jsonl", busy.read_bytes())
    assert _erased(system).evidence["rows"] == 1
    assert busy.read_bytes() == _json("bo@x.org")


def test_a_file_with_nothing_left_goes_and_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    path = _put(tmp_path, "a.jsonl.zst", zstandard.compress(_json("ann@x.org") * 3))
    system = _system(tmp_path, JSON)
    tried = system.erase_many([("ann", ANN)], dry_run=True)["ann"]
    assert isinstance(tried, Done)
    assert tried.evidence["rows"] == 3
    assert path.exists()
    assert _erased(system).evidence["rows"] == 3
    assert not path.exists()
    assert _erased(system).evidence["rows"] == 0


def test_recordings_by_the_name_of_their_folder(tmp_path: Path) -> None:
    mine = [_put(tmp_path, f"rec/{name}/1.json", b"{}") for name in ("ann@x.org", "ANN%40x.org")]
    other = [_put(tmp_path, f"rec/{name}/1.json", b"{}") for name in ("joann@x.org", "ann@x.org.uk", "*")]
    system = _system(tmp_path, {"pattern": "rec/{email}/*.json"})
    assert sorted(one.id for one in _found(system).findings) == sorted(str(p.relative_to(tmp_path)) for p in mine)
    assert _erased(system).evidence["rows"] == 2
    assert not any(path.exists() for path in mine)
    assert all(path.exists() for path in other)
    assert not _found(system, Identifiers(email=("*",))).findings[1:]


def test_recordings_by_the_small_file_beside_them(tmp_path: Path) -> None:
    spec = {"pattern": "*.mp4", "sidecar": ".json", "holds": {"account": ["who.id"]}, "items": {"who.id": "account"}}
    for name, account in (("a", "u-17"), ("b", "u-170")):
        _put(tmp_path, f"{name}.mp4", b"film")
        _put(tmp_path, f"{name}.json", json.dumps({"who": {"id": account}}).encode())
    _put(tmp_path, "c.mp4", b"film")
    _put(tmp_path, "orphan.json", json.dumps({"who": {"id": "u-17"}}).encode())  # of an erasure that was killed
    system = _system(tmp_path, spec)
    found = _found(system)
    assert {one.id for one in found.findings} == {"a.mp4", "orphan.json"}
    assert found.findings[0].values["who.id"] == "u-17"
    assert dict(found.findings[0].items) == {"who.id": "account"}
    assert "c.mp4 (no .json file beside it says whose it is)" in _said(found)
    _erased(system)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.json", "b.mp4", "c.mp4"]


def test_a_file_with_any_line_of_somebodys_goes_whole_where_that_is_asked_for(tmp_path: Path) -> None:
    whole = _put(tmp_path, "a.jsonl", _json("bo@x.org") + _json("ann@x.org"))
    _put(tmp_path, "b.jsonl", _json("bo@x.org"))
    _erased(_system(tmp_path, {**JSON, "on_erase": "delete file"}))
    assert not whole.exists()
    assert (tmp_path / "b.jsonl").exists()


def test_many_people_in_one_pass_each_with_an_answer_of_their_own(tmp_path: Path) -> None:
    people = [(f"p{n}", Identifiers(email=(f"person{n}@x.org",))) for n in range(200)]
    lines = [_json(f"person{n % 250}@x.org", n=n) for n in range(1000)]
    path = _put(tmp_path, "a.jsonl", b"".join(lines))
    read: list[tuple[int, int]] = []
    system = _system(tmp_path, JSON)
    found = system.find_many(people, progress=lambda done, total: read.append((done, total)))
    assert read[-1] == (path.stat().st_size, path.stat().st_size)
    assert [done for done, _ in read] == sorted(done for done, _ in read)
    for n, (ref, _) in enumerate(people):
        one = found[ref]
        assert isinstance(one, Found)
        assert [each.values["n"] for each in one.findings] == [n, n + 250, n + 500, n + 750]
    done = system.erase_many(people)
    assert all(isinstance(one, Done) and one.evidence["rows"] == 4 for one in done.values())
    assert path.read_bytes() == b"".join(line for n, line in enumerate(lines) if n % 250 >= 200)


def test_nothing_is_read_for_identifiers_that_the_class_does_not_hold(tmp_path: Path) -> None:
    _put(tmp_path, "a.jsonl", _json("ann@x.org"))
    found = _found(_system(tmp_path, JSON), Identifiers(device=("192.0.2.7",)))
    assert (found.evidence["files_read"], found.findings, found.remains) == (0, (), ())


def test_classes_that_declare_nothing_go_by_age_beside_those_that_do(tmp_path: Path) -> None:
    _put(tmp_path, "a.jsonl", _json("ann@x.org"))
    by_age = {"pattern": "*.log", "rule": "website-logs"}
    system = _system(tmp_path, JSON, by_age, {"pattern": "*.txt"})
    assert "class1" in _said(_found(system))
    remains = _erased(system).remains
    assert [type(one) for one in remains] == [Expires, NotOffered]
    assert isinstance(remains[0], Expires)
    assert "website-logs" in remains[0].setting
    assert isinstance(_system(tmp_path, by_age).find(ANN), NotOffered)
    assert isinstance(_system(tmp_path, by_age).erase(ANN, key="k"), Expires)


def test_nothing_is_said_of_people_in_problems_and_evidence(tmp_path: Path) -> None:
    _put(tmp_path, "ann@x.org/a.json.gz", gzip.compress(b"{}")[:-3])
    spec = {"pattern": "{email}/*.json.gz", "lines": "json lines", "holds": {"email": ["*"]}}
    other = Identifiers(email=("bo@x.org",))
    found = _found(_system(tmp_path, spec), other)
    assert "ann" not in f"{found.evidence} {found.remains}"
    assert "1 file (cut off or corrupt)" in _said(found)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({**JSON, "lines": None}, "both are needed"),
        ({"pattern": "*", "lines": "text"}, "both are needed"),
        ({**COMMON, "holds": {"email": ["body"]}}, "has no field body"),
        ({"pattern": "{name}/*"}, "in braces stands one of"),
        ({**JSON, "sidecar": ".json"}, "one of the two"),
        ({**JSON, "sidecar": "../x"}, "match pattern"),
        ({**JSON, "lines": "parquet", "by": "line", "time": "(x)"}, "whole by age"),
        ({**JSON, "holds": {"name": ["x"]}}, "holds"),
    ],
)
def test_a_class_that_cannot_be_searched_is_refused(spec: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FileClass.model_validate(spec)


def test_lines_that_are_no_match_for_long_identifiers_cost_no_memory(tmp_path: Path) -> None:
    content = _json("bo@x.org", text="x" * 200) * 100_000 + _json("ann@x.org")
    _put(tmp_path, "a.jsonl.gz", gzip.compress(content, compresslevel=1))
    system = _system(tmp_path, JSON)
    peak = _peak(lambda: (_found(system), _erased(system)))
    assert not _found(system).findings
    assert peak < 16_000_000


def _peak(act: Callable[[], object]) -> int:
    tracemalloc.start()
    act()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_parquet_rows_of_a_person_go_and_the_others_are_the_same(tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    users = [{"mail": f"p{n % 50}@x.org", "age": n} for n in range(1000)]
    table = arrow.table({"user": users, "ip": [f"192.0.2.{n % 200}" for n in range(1000)], "n": list(range(1000))})
    path = tmp_path / "a.parquet"
    parquet.write_table(table, path, row_group_size=300, compression="zstd")
    _put(tmp_path, "a.parquet", path.read_bytes())
    spec = {"pattern": "*.parquet", "lines": "parquet", "holds": {"email": ["user.mail"], "device": ["ip"]}}
    who = Identifiers(email=("P7@x.org",))
    system = _system(tmp_path, spec)
    found = _found(system, who)
    assert [one.values["n"] for one in found.findings] == list(range(7, 1000, 50))
    assert found.findings[0].id == "a.parquet:8"
    _erased(system, who)
    kept = parquet.ParquetFile(path)
    assert kept.read().equals(table.filter(arrow.array([n % 50 != 7 for n in range(1000)])))
    assert kept.metadata.row_group(0).column(0).compression == "ZSTD"
    assert _erased(system, who).evidence["rows"] == 0
    masking = _system(tmp_path, {**spec, "on_erase": "mask"})
    _erased(masking, Identifiers(device=("192.0.2.9",)))
    rows = parquet.read_table(path).to_pylist()
    assert {row["ip"] for row in rows if row["n"] % 200 == 9} == {"[erased]"}
    assert len(rows) == 980


def test_a_parquet_file_that_is_none_is_said(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    _put(tmp_path, "a.parquet", b"PAR1 but cut off")
    system = _system(tmp_path, {"pattern": "*.parquet", "lines": "parquet", "holds": {"email": ["mail"]}})
    assert "a.parquet (it is no parquet file, or cut off)" in _said(_found(system))


@pytest.mark.parametrize("rule", ["app-logs", None])
def test_what_a_system_offers_is_what_its_classes_declare(tmp_path: Path, rule: str | None) -> None:
    bare = {"pattern": "*.log", "by": "day", "rule": rule}
    offered = {one.verb: one.offered for one in capabilities(_system(tmp_path, bare))}
    assert (offered["find"], offered["erase"]) == ("no", "expires" if rule else "no")
    assert {one.verb: one.offered for one in capabilities(_system(tmp_path, bare, JSON))}["erase"] == "yes"
    assert {one.verb: one.offered for one in capabilities(FilesSystem)}["erase"] == "yes"


@pytest.mark.parametrize("lines", ["json lines", "text", "csv", "common log"])
def test_what_is_no_text_is_not_said_to_hold_nobody(tmp_path: Path, lines: str) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as packed:
        packed.addfile(info := tarfile.TarInfo("a.log"), io.BytesIO(b"ann@x.org\n" * 3 if not info.size else b""))
    path = _put(tmp_path, "a.dat", gzip.compress(archive.getvalue()))
    _put(tmp_path, "b.dat", random.Random(7).randbytes(5000))
    _put(tmp_path, "c.dat", "ann@x.org\n".encode("utf-16-le"))
    field = {"text": "line", "common log": "user"}.get(lines, "mail")
    system = _system(tmp_path, {"pattern": "*.dat", "lines": lines, "holds": {"email": [field]}})
    for answer in (_found(system), _erased(system)):
        assert all(f"{name}.dat (it is no text" in _said(answer) for name in "abc")
    assert gzip.decompress(path.read_bytes()) == archive.getvalue()


def test_a_name_with_somebodys_address_is_counted_and_not_told(tmp_path: Path) -> None:
    _put(tmp_path, "bo@x.org.jsonl.gz", gzip.compress(_json("ann@x.org") * 99)[:-9])
    _put(tmp_path, "of-bo%40x.org.jsonl", b"{ann@x.org\n")
    answer = _found(_system(tmp_path, JSON))
    assert "bo" not in _said(answer)
    assert "1 file (cut off or corrupt)" in _said(answer)
    assert "1 line in 1 file" in _said(answer)
