"""What lies on the disk of a home: whose it is, and what happens when a part of it is lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from troth import ground
from troth.evidence import signing
from troth.people import keys, register
from troth.systems.kit.identifiers import Identifiers


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TROTH_HOME", str(tmp_path / "home"))
    ground.settings.cache_clear()
    yield tmp_path / "home"
    ground.settings.cache_clear()


def test_lost_secrets_are_not_quietly_made_anew(home: Path) -> None:
    """With a new `identifiers` secret nobody is found any more: an erasure would prove absence of those who stay."""
    keys.store("people").create(uuid4())
    ground.secret("identifiers")
    shutil.rmtree(home / "secrets")
    with pytest.raises(RuntimeError, match="Restore them from a backup"):
        ground.secret("identifiers")
    assert not (home / "secrets").exists()


def test_an_empty_volume_for_the_keys_is_a_beginning(home: Path) -> None:
    (home / "keys").mkdir(parents=True)
    (home / "keys" / ".troth-key-store").touch(mode=0o600)
    (home / "keys").chmod(0o700)
    assert keys.store("people").create(uuid4())


def test_nothing_secret_is_for_other_users(home: Path) -> None:
    keys.store("people").create(uuid4())
    signing.signer()
    person = uuid4()
    register.seal(person, Identifiers(email=("ada@mail.example",)))
    for name in ("secrets", "keys"):
        for path in [home / name, *(home / name).rglob("*")]:
            assert path.stat().st_mode & 0o077 == 0, path
