"""Which store settings lead to; an object store that is no S3; names as patterns."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]
import pytest

from troth.systems.files import objects, patterns
from troth.systems.files.store import Changed
from troth.systems.files.system import FilesSystem
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Found, SystemProblem

ANN = Identifiers(email=("ann@x.org",))
CLASSES = {"app": {"pattern": "**/*.txt", "lines": "text", "holds": {"email": ["line"]}}}


@pytest.fixture
def memory() -> Iterator[Any]:
    filesystem = fsspec.filesystem("memory")
    yield filesystem
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]


def _system(tmp_path: Path, folder: str, **more: Any) -> FilesSystem:
    return FilesSystem.from_config("logs", {"folder": folder, "classes": CLASSES, **more}, tmp_path)


def test_another_object_store_is_searched_and_rewritten(memory: Any, tmp_path: Path) -> None:
    memory.pipe({"/logs/a.txt": b"ann@x.org\nbo@x.org\n", "/logs/b/c.txt": b"ann@x.org\n", "/logs/a.csv": b"ann@x.org"})
    system = _system(tmp_path, "memory://logs")
    assert dict(system.test().evidence) == {"account": "memory://logs", "files": {"app": 2}}
    found = system.find(ANN)
    assert isinstance(found, Found)
    assert [one.id for one in found.findings] == ["a.txt:1", "b/c.txt:1"]
    assert isinstance(system.erase(ANN, key="k"), Done)
    assert memory.cat("/logs/a.txt") == b"bo@x.org\n"
    assert memory.find("/logs") == ["/logs/a.csv", "/logs/a.txt"]


def test_an_object_changed_meanwhile_stays_as_it_is_and_is_said(
    memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe("/logs/a.txt", b"ann@x.org\nbo@x.org\n")
    unchanged = objects.ObjectStore._unchanged

    def changed_before(self: objects.ObjectStore, item: Any) -> None:
        memory.pipe("/logs/a.txt", b"ann@x.org\ncy@x.org and more\n")
        unchanged(self, item)

    monkeypatch.setattr(objects.ObjectStore, "_unchanged", changed_before)
    with pytest.raises(SystemProblem, match="still written to") as problem:
        _system(tmp_path, "memory://logs").erase(ANN, key="k")
    assert problem.value.consequence == "wait"
    assert memory.cat("/logs/a.txt") == b"ann@x.org\ncy@x.org and more\n"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"folder": "s3://"}, "must name the bucket"),
        ({"folder": "s3://b", "store": {"protocol": "gs"}}, "different protocols"),
        ({"folder": "s3://b", "store": {"key": "k"}}, "belong together"),
        ({"folder": "s3://b", "store": {"endpoint": "https://user:pass@s3.example"}}, "endpoint"),
        ({"folder": "s3://b", "store": {"bucket": "b"}}, "bucket"),
        ({"folder": "s3://b", "store": "x"}, "`store` cannot be used"),
        ({"folder": "gs://b", "store": {"endpoint": "https://x.example"}}, "are for s3"),
        ({"folder": "/logs", "classes": {"a": "x"}}, "`classes` cannot be used"),
    ],
)
def test_settings_that_cannot_work_are_named_and_secrets_are_not(
    tmp_path: Path, entry: dict[str, Any], said: str
) -> None:
    with pytest.raises(SystemProblem, match=said) as problem:
        FilesSystem.from_config("logs", {"classes": CLASSES, **entry}, tmp_path)
    assert problem.value.consequence == "fix settings"
    assert "pass" not in str(problem.value)


def test_a_store_nobody_knows_is_a_problem_when_it_is_used(tmp_path: Path) -> None:
    with pytest.raises(SystemProblem, match="needs a package") as problem:
        _system(tmp_path, "nosuch://b").test()
    assert problem.value.consequence == "fix settings"


@pytest.mark.parametrize(
    ("pattern", "name", "match"),
    [
        ("*.log", "a.log", True),
        ("*.log", "b/a.log", False),
        ("**/*.log", "a.log", True),
        ("**/*.log", "b/c/a.log", True),
        ("a-[0-9].l?g", "a-1.log", True),
        ("a-[!0-9].log", "a-1.log", False),
        ("a+(b).log", "a+(b).log", True),
        ("x/{email}/*", "x/ann@x.org/1", True),
        ("x/{email}/*", "x/a/b/1", False),
    ],
)
def test_names_match_as_in_a_folder(pattern: str, name: str, match: bool) -> None:
    assert bool(patterns.matcher(pattern).fullmatch(name)) is match


def test_whom_a_name_names() -> None:
    assert patterns.person_in("{account}-{device}/*", "a%40b-1/x") == [("account", "a@b"), ("device", "1")]
    assert patterns.person_in("{account}/*", "other") == []


class _Breaks(io.BytesIO):
    """What a store's library opens; it breaks off while it is read."""

    def __init__(self, problem: Exception) -> None:
        super().__init__()
        self._problem = problem

    def read(self, size: int | None = -1) -> bytes:
        raise self._problem


def test_what_breaks_while_it_is_read_is_told_in_the_stores_words() -> None:
    from botocore.exceptions import ReadTimeoutError  # type: ignore[import-untyped]
    from s3fs.utils import FileExpired  # type: ignore[import-untyped]

    with pytest.raises(OSError, match="the store does not answer"):
        objects.buffered(_Breaks(ReadTimeoutError(endpoint_url="http://127.0.0.1"))).read(1)
    with pytest.raises(Changed):
        objects.buffered(_Breaks(FileExpired("a", "b"))).read(1)


def test_a_store_that_needs_more_than_it_can_be_told_says_so(tmp_path: Path) -> None:
    with pytest.raises(SystemProblem, match="needs settings of its own") as problem:
        _system(tmp_path, "ftp://logs.example/a").test()
    assert problem.value.consequence == "fix settings"
    with pytest.raises(SystemProblem, match="neither user nor password") as problem:
        _system(tmp_path, "ftp://me:hunter2@logs.example/a")
    assert "hunter2" not in str(problem.value)
