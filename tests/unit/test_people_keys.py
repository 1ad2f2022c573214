"""The key store: what is destroyed stays so, and "destroyed" is never said of a store that is merely away."""

import os
import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from troth.people.keys import DirectoryKeys, KeyDestroyed, KeyStoreUnreachable, pseudonym, subkey

MASTER = b"m" * 32


@pytest.fixture
def store(tmp_path: Path) -> DirectoryKeys:
    return DirectoryKeys(tmp_path / "keys", MASTER, "people")


def test_a_key_is_random_durable_and_the_same_for_every_process(store: DirectoryKeys, tmp_path: Path) -> None:
    first, second = uuid4(), uuid4()
    key = store.create(first)
    assert (len(key), store.get(first), store.create(first)) == (32, key, key)
    assert store.create(second) != key
    assert DirectoryKeys(tmp_path / "keys", MASTER, "people").get(first) == key
    assert {id for id, _ in store.ids()} == {first, second}


def test_no_file_holds_the_key_and_only_the_owner_may_look(store: DirectoryKeys, tmp_path: Path) -> None:
    id = uuid4()
    key = store.create(id)
    path = tmp_path / "keys" / "people" / id.hex[:2] / id.hex
    assert key not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [name for name in os.listdir(path.parent) if name.startswith(".")] == []


def test_a_destroyed_key_is_gone_for_everybody_at_once(store: DirectoryKeys, tmp_path: Path) -> None:
    id, other = uuid4(), DirectoryKeys(tmp_path / "keys", MASTER, "people")
    store.create(id)
    assert other.get(id)
    store.destroy(id)
    store.destroy(id)
    for asked in (store, other):
        with pytest.raises(KeyDestroyed, match=str(id)):
            asked.get(id)


def test_a_destruction_cut_short_after_overwriting_counts(store: DirectoryKeys, tmp_path: Path) -> None:
    id = uuid4()
    store.create(id)
    (tmp_path / "keys" / "people" / id.hex[:2] / id.hex).write_bytes(bytes(40))
    with pytest.raises(KeyDestroyed):
        store.get(id)
    store.destroy(id)
    assert list(store.ids()) == []


def test_a_damaged_key_or_another_master_is_not_called_destroyed(store: DirectoryKeys, tmp_path: Path) -> None:
    id = uuid4()
    store.create(id)
    with pytest.raises(KeyStoreUnreachable, match="master key"):
        DirectoryKeys(tmp_path / "keys", b"x" * 32, "people").get(id)
    (tmp_path / "keys" / "people" / id.hex[:2] / id.hex).write_bytes(b"torn")
    with pytest.raises(KeyStoreUnreachable, match="damaged"):
        store.get(id)


def test_an_empty_mount_point_is_unreachable_whatever_is_asked(store: DirectoryKeys, tmp_path: Path) -> None:
    id = uuid4()
    store.create(id)
    (tmp_path / "keys").rename(tmp_path / "away")
    (tmp_path / "keys").mkdir()
    for ask in (store.get, store.destroy, store.create):
        with pytest.raises(KeyStoreUnreachable, match="volume mounted"):
            ask(id)
    with pytest.raises(KeyStoreUnreachable):
        list(store.ids())
    (tmp_path / "keys" / ".troth-key-store").touch()  # as the message says
    with pytest.raises(KeyDestroyed):
        store.get(id)


def test_a_store_nobody_made_yet_has_no_keys_and_is_not_made_by_looking(store: DirectoryKeys, tmp_path: Path) -> None:
    assert list(store.ids()) == []
    with pytest.raises(KeyStoreUnreachable):
        store.get(uuid4())
    assert not (tmp_path / "keys").exists()


def test_rooms_do_not_see_each_others_keys(store: DirectoryKeys, tmp_path: Path) -> None:
    id, other = uuid4(), DirectoryKeys(tmp_path / "keys", MASTER, "requests")
    store.create(id)
    assert list(other.ids()) == []
    with pytest.raises(KeyDestroyed):
        other.get(id)
    other.destroy(id)
    assert store.get(id)


def test_uses_of_a_key_and_people_do_not_share_secrets() -> None:
    key, person = b"k" * 32, UUID(int=7)
    assert len({key, subkey(key, "values"), subkey(key, "identifiers"), subkey(key, "pseudonym")}) == 4
    name = pseudonym(key, person)
    assert len(name) == 64
    assert name == pseudonym(key, person)
    assert len({name, pseudonym(b"l" * 32, person), pseudonym(key, UUID(int=8))}) == 3
