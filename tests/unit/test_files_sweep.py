"""Sweeping real folders: by day, by line, plain, gzip and zstd; interrupted, forbidden, unreadable."""

import gzip
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard

from troth import ground
from troth.demo import logs
from troth.systems.files import folder as folders
from troth.systems.files.ages import CouldNotTell
from troth.systems.files.classes import FileClass
from troth.systems.files.system import FilesSystem
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Expires, NotOffered, SystemProblem

NOW = ground.clock().replace(microsecond=0)
BEFORE = NOW - timedelta(days=60)
OLD, YOUNG = BEFORE - timedelta(days=1), BEFORE + timedelta(days=1)
LINES = FileClass.model_validate({"pattern": "*.log*", "by": "line", "time": r"^(\S+)"})
DAYS = FileClass.model_validate({"pattern": "*.log*", "by": "day"})

PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor(write_checksum=True).compress,
    ".two.gz": lambda b: gzip.compress(b[: len(b) // 2]) + gzip.compress(b[len(b) // 2 :]),
    ".two.zst": lambda b: zstandard.compress(b[: len(b) // 2]) + zstandard.compress(b[len(b) // 2 :]),
}


def _unpack(path: Path) -> bytes:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(raw)
    if path.suffix == ".zst":
        return bytes(zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True).read())
    return raw


def _put(folder: Path, name: str, content: bytes, changed: datetime = YOUNG) -> Path:
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
    return path


def _line(time: datetime, text: str = "") -> bytes:
    return f"{time.isoformat()} GET /{text}\n".encode()


def _system(folder: Path, spec: FileClass = LINES) -> FilesSystem:
    return FilesSystem("logs", title="Logs", folder=folder, classes={"all": spec})


@pytest.mark.parametrize("suffix", PACK)
def test_by_line_only_past_lines_go_and_the_rest_is_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    keep = _line(YOUNG, "a") + b"  at stack trace\n" + _line(YOUNG, "b")
    path = _put(tmp_path, f"a.log{suffix}", PACK[suffix](_line(OLD) + b"  its trace\n" + keep))
    path.chmod(0o640)
    swept = _system(tmp_path).sweep("all", BEFORE)
    assert (swept.lines_erased, swept.files_rewritten, swept.files_erased) == (2, 1, 0)
    assert swept.complete
    assert _unpack(path) == keep
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", PACK)
def test_a_file_with_only_past_lines_goes_and_one_with_none_is_untouched(tmp_path: Path, suffix: str) -> None:
    past = _put(tmp_path, f"past.log{suffix}", PACK[suffix](_line(OLD) * 3))
    young = _put(tmp_path, f"young.log{suffix}", PACK[suffix](_line(YOUNG) * 3))
    before = young.stat().st_ino, young.stat().st_mtime_ns
    swept = _system(tmp_path).sweep("all", BEFORE)
    assert (swept.lines_erased, swept.files_erased) == (3, 1)
    assert not past.exists()
    assert (young.stat().st_ino, young.stat().st_mtime_ns) == before


def test_a_line_exactly_at_the_limit_stays(tmp_path: Path) -> None:
    path = _put(tmp_path, "a.log", _line(BEFORE))
    assert _system(tmp_path).sweep("all", BEFORE).lines_erased == 0
    assert path.exists()


def test_lines_out_of_order_and_a_last_line_without_an_end(tmp_path: Path) -> None:
    path = _put(tmp_path, "a.log", _line(YOUNG, "1") + _line(OLD) + _line(YOUNG, "2").rstrip(b"\n"))
    assert _system(tmp_path).sweep("all", BEFORE).lines_erased == 1
    assert path.read_bytes() == _line(YOUNG, "1") + _line(YOUNG, "2").rstrip(b"\n")


def test_lines_before_the_first_time_count_as_recorded_then(tmp_path: Path) -> None:
    path = _put(tmp_path, "a.log", b"# header\n" + _line(OLD) + _line(YOUNG))
    assert _system(tmp_path).sweep("all", BEFORE).lines_erased == 2
    assert path.read_bytes() == _line(YOUNG)


@pytest.mark.parametrize("suffix", PACK)
def test_dry_run_says_the_same_and_touches_nothing(tmp_path: Path, suffix: str) -> None:
    path = _put(tmp_path, f"a.log{suffix}", PACK[suffix](_line(OLD) + _line(YOUNG)))
    content = path.read_bytes()
    said = _system(tmp_path).sweep("all", BEFORE, dry_run=True)
    assert path.read_bytes() == content
    did = _system(tmp_path).sweep("all", BEFORE)
    assert (said.lines_erased, said.files_rewritten) == (did.lines_erased, did.files_rewritten) == (1, 1)
    assert _system(tmp_path).sweep("all", BEFORE).lines_erased == 0  # again is harmless


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.log", b"no time here\nnor here\n"),
        ("a.log.gz", gzip.compress(_line(OLD) * 500)[:-20]),
        ("a.log.zst", zstandard.compress(os.urandom(300_000))[:-9]),
        ("a.log.zst", zstandard.compress(_line(OLD) * 500) + b"rubbish"),
        ("a.log.gz", b"\x1f\x8b" + b"rubbish" * 9),
    ],
    ids=["no time", "gzip cut off", "zstd cut off", "zstd with rubbish behind", "not gzip at all"],
)
def test_what_cannot_be_read_is_reported_and_kept(tmp_path: Path, name: str, content: bytes) -> None:
    path = _put(tmp_path, name, content)
    swept = _system(tmp_path).sweep("all", BEFORE)
    assert [left.file for left in swept.kept_unreadable] == [name]
    assert not swept.complete
    assert path.read_bytes() == content
    told = _system(tmp_path).oldest("all", thorough=True)
    assert isinstance(told, CouldNotTell)
    assert name in told.reason


@pytest.mark.parametrize("suffix", PACK)
def test_an_empty_file_is_nothing(tmp_path: Path, suffix: str) -> None:
    _put(tmp_path, f"a.log{suffix}", PACK[suffix](b""))
    assert _system(tmp_path).sweep("all", BEFORE).complete
    assert _system(tmp_path).sweep("all", BEFORE).files_erased == 0


def test_by_day_the_name_decides_and_nothing_outlives_the_limit(tmp_path: Path) -> None:
    for days in (0, 59, 60, 61):
        _put(tmp_path, f"access-{NOW - timedelta(days=days):%Y-%m-%d}.log", b"x")
    swept = _system(tmp_path, DAYS).sweep("all", BEFORE)
    assert swept.files_erased == 2  # the file of the limit's own day began before the limit
    oldest = _system(tmp_path, DAYS).oldest("all")
    assert isinstance(oldest, datetime)
    assert oldest >= BEFORE


def test_by_day_without_a_date_the_last_change_decides(tmp_path: Path) -> None:
    _put(tmp_path, "one.log", b"x", OLD)
    _put(tmp_path, "two.log", b"x", YOUNG)
    _put(tmp_path, "odd-2026-99-99.log", b"x", OLD)
    swept = _system(tmp_path, DAYS).sweep("all", BEFORE)
    assert swept.files_erased == 1
    assert [left.file for left in swept.kept_unreadable] == ["odd-2026-99-99.log"]


def test_links_and_paths_that_lead_outside_are_refused(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    victim = _put(outside, "victim.log", _line(OLD))
    (inside / "link.log").symlink_to(victim)
    (inside / "sub").symlink_to(outside)
    os.link(victim, inside / "hard.log")
    spec = LINES.model_copy(update={"pattern": "**/*.log"})
    swept = _system(inside, spec).sweep("all", BEFORE)
    swept_below = _system(inside, LINES.model_copy(update={"pattern": "sub/*.log"})).sweep("all", BEFORE)
    assert {left.file for left in swept.refused} >= {"link.log", "hard.log"}
    assert [left.file for left in swept_below.refused] == ["sub/victim.log"]
    assert victim.read_bytes() == _line(OLD)


def test_a_file_still_written_to_is_left_for_another_time(tmp_path: Path) -> None:
    path = _put(tmp_path, "a.log", _line(OLD) + _line(YOUNG), NOW)
    swept = _system(tmp_path).sweep("all", BEFORE)
    assert [left.file for left in swept.busy] == ["a.log"]
    assert path.read_bytes() == _line(OLD) + _line(YOUNG)


def test_a_line_appended_during_the_rewrite_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _put(tmp_path, "a.log", _line(OLD) + _line(YOUNG))
    write = folders._write

    def write_then_append(*args: object) -> int:
        size = write(*args)  # type: ignore[arg-type]
        with path.open("ab") as file:
            file.write(_line(NOW, "late"))
        return size

    monkeypatch.setattr(folders, "_write", write_then_append)
    swept = _system(tmp_path).sweep("all", BEFORE)
    assert len(swept.busy) == 1
    assert path.read_bytes() == _line(OLD) + _line(YOUNG) + _line(NOW, "late")
    assert len(list(tmp_path.iterdir())) == 1


KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from troth.systems.files import folder
from troth.systems.files.classes import FileClass
from troth.systems.files.system import FilesSystem
from troth.systems.kit.identifiers import Identifiers

path, step, before = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
place = os if step in ("fsync", "replace") else folder
real = getattr(place, step)

def die(*given, **more):
    if step == "fsync":
        real(*given)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(place, step, die)
spec = FileClass.model_validate_json(sys.argv[4])
system = FilesSystem("logs", title="Logs", folder=path, classes={"all": spec})
if spec.holds:
    system.erase(Identifiers(email=("ann@x.org",)), key="k")
else:
    system.sweep("all", before)
"""
"""A process of its own, killed at a step: a copy of this one could wait for ever for a lock that one thread holds."""


def _killed(folder: Path, step: str, spec: FileClass) -> None:
    given = [str(folder), step, BEFORE.isoformat(), spec.model_dump_json()]
    done = subprocess.run([sys.executable, "-c", KILLED, *given], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]


@pytest.mark.parametrize("step", ["fsync", "_unchanged", "replace", "_sync"])
@pytest.mark.parametrize("act", ["sweep", "erase"])
def test_killed_in_the_middle_the_file_is_the_old_one_or_the_new_one(tmp_path: Path, step: str, act: str) -> None:
    goes, stays = (_line(OLD), _line(YOUNG)) if act == "sweep" else (_line(YOUNG, "ann@x.org"), _line(YOUNG))
    holds: dict[str, object] = {} if act == "sweep" else {"lines": "text", "holds": {"email": ["line"]}}
    spec = FileClass.model_validate({**LINES.model_dump(), **holds})
    path = _put(tmp_path, "a.log", goes + stays)
    _killed(tmp_path, step, spec)
    assert path.read_bytes() in (goes + stays, stays)
    system = _system(tmp_path, spec)  # the next one ends the work and takes leftovers away
    system.sweep("all", BEFORE) if act == "sweep" else system.erase(Identifiers(email=("ann@x.org",)), key="k")
    assert path.read_bytes() == stays
    assert list(tmp_path.iterdir()) == [path]


def test_one_sweep_at_a_time(tmp_path: Path) -> None:
    _put(tmp_path, "a.log", _line(OLD))
    with folders.swept_alone(tmp_path) as alone:
        assert alone
        with pytest.raises(SystemProblem, match="another sweep"):
            _system(tmp_path).sweep("all", BEFORE)


def test_a_folder_that_is_not_there_is_a_problem_not_an_empty_answer(tmp_path: Path) -> None:
    system = _system(tmp_path / "none")
    for act in (
        lambda: system.sweep("all", BEFORE),
        lambda: system.sweep("all", BEFORE, True),
        lambda: system.oldest("all"),
    ):
        with pytest.raises(SystemProblem) as problem:
            act()
        assert problem.value.consequence == "fix settings"


def test_oldest_peeks_and_thorough_reads_all(tmp_path: Path) -> None:
    young = _line(YOUNG) * 3000
    _put(tmp_path, "a.log.gz", gzip.compress(young + _line(OLD)))
    assert _system(tmp_path).oldest("all") == YOUNG
    assert _system(tmp_path).oldest("all", thorough=True) == OLD
    told = _system(tmp_path).oldest()
    assert told.evidence == {"oldest": YOUNG.isoformat(), "classes": {"all": YOUNG.isoformat()}, "could_not_tell": {}}


def test_one_unreadable_file_does_not_hide_the_age_of_the_others(tmp_path: Path) -> None:
    _put(tmp_path, "a.log", _line(OLD))
    _put(tmp_path, "b.log", b"timeless\n")
    told = _system(tmp_path).oldest("all")
    assert isinstance(told, CouldNotTell)
    assert told.oldest == OLD


def test_memory_stays_flat_on_a_long_file_and_a_long_line(tmp_path: Path) -> None:
    content = _line(OLD) + b"x" * 12_000_000 + b"\n" + _line(YOUNG) * 40_000
    _put(tmp_path, "a.log.gz", gzip.compress(content, compresslevel=1))
    tracemalloc.start()
    swept = _system(tmp_path).sweep("all", BEFORE)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert swept.lines_erased == 2
    assert peak < 8_000_000


def test_what_is_not_built_says_so(tmp_path: Path) -> None:
    assert isinstance(_system(tmp_path).find(Identifiers(email=("a@example.org",))), NotOffered)
    assert isinstance(_system(tmp_path).erase(Identifiers(email=("a@example.org",)), key="k"), NotOffered)


def test_what_every_class_has_a_rule_for_goes_by_itself(tmp_path: Path) -> None:
    ruled = LINES.model_copy(update={"rule": "website-logs"})
    outcome = _system(tmp_path, ruled).erase(Identifiers(email=("a@example.org",)), key="k")
    assert isinstance(outcome, Expires)
    assert "website-logs" in outcome.setting


def test_settings_that_cannot_work_are_named(tmp_path: Path) -> None:
    with pytest.raises(SystemProblem, match="`folder` and `classes`"):
        FilesSystem.from_config("logs", {"folder": "x"}, tmp_path)
    with pytest.raises(SystemProblem, match="time"):
        FilesSystem.from_config("logs", {"folder": "x", "classes": {"a": {"pattern": "*", "by": "line"}}}, tmp_path)


def test_the_demo_world_is_within_its_periods_and_planted_files_are_not(tmp_path: Path) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    logs.write(tmp_path, now)
    system = FilesSystem.from_config("web-logs", logs.system(tmp_path), tmp_path)
    for name, limit in logs.LIMITS.items():
        oldest = system.oldest(name)
        assert isinstance(oldest, datetime)
        assert oldest >= now - limit
        assert system.sweep(name, now - limit, dry_run=True).files_erased == 0
        planted = logs.plant_old(tmp_path, now, name)
        aged = system.oldest(name)
        assert isinstance(aged, datetime)
        assert aged < now - limit
        assert system.sweep(name, now - limit).files_erased == 1
        assert not planted.exists()
    mixed = logs.plant_mixed(tmp_path, now)
    swept = system.sweep("access", now - logs.LIMITS["access"])
    assert (swept.lines_erased, swept.files_rewritten) == (50, 1)
    assert gzip.decompress(mixed.read_bytes()).count(b"\n") == 50
