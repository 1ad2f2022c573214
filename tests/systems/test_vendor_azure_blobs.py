"""Azure Blob storage, on azurite: signed by an account key, folders, snapshots, tags, leases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import azure_stand_in as azurite
import pytest
from azure.storage.blob import BlobServiceClient, ContentSettings

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, SystemProblem
from troth.systems.saas.azure.connector import Azure

pytestmark = pytest.mark.skipif(azurite.program() is None, reason=azurite.MISSING)

JO = "jo.o'neil+x@example.org"
WHO = Identifiers(email=(JO,), account=("acct-7", "o'hara"))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with azurite.running() as address:
        yield address


@pytest.fixture
def kit(address: str) -> Iterator[Any]:
    with BlobServiceClient(address, credential=azurite.KEY) as service:
        for container in service.list_containers():
            service.delete_container(container.name)
        yield service.create_container("uploads")


@pytest.fixture
def made(address: str) -> Any:
    def make(**settings: Any) -> Azure:
        places = {"containers": [{"container": "uploads", "names": ["users/{account}/", "avatars/{email}.png"]}]}
        how = {"url": address, "account_key": azurite.KEY, "allow_private": True, "patience": 0.5}
        return Azure.from_config("azure", {**how, **places, **settings}, Path("/nowhere"))

    return make


def names(kit: Any) -> list[str]:
    return [blob.name for blob in kit.list_blobs(include=["snapshots"])]


def put(kit: Any, *blobs: str) -> None:
    for name in blobs:
        kit.upload_blob(name, b"hello")


def test_folders_and_single_blobs_of_the_person_and_nobody_else(kit: Any, made: Any) -> None:
    put(kit, "users/acct-7/a/b.txt", "users/acct-77/a.txt", f"avatars/{JO}.png", f"avatars/{JO}.png.bak")
    put(kit, "users/o'hara/ü %2F+.txt")
    system = made(content_bytes=5)
    found = {finding.values["name"]: finding.values["content"] for finding in system.find(WHO).findings}
    assert found == dict.fromkeys(("users/acct-7/a/b.txt", f"avatars/{JO}.png", "users/o'hara/ü %2F+.txt"), "hello")
    assert system.erase(WHO, key="e") == Done({"blobs": 3, "purges": []})
    assert names(kit) == [f"avatars/{JO}.png.bak", "users/acct-77/a.txt"]
    assert system.find(WHO).findings == ()


def test_a_blob_goes_with_its_snapshots(kit: Any, made: Any) -> None:
    put(kit, "users/acct-7/a")
    kit.get_blob_client("users/acct-7/a").create_snapshot()
    assert sorted(finding.kind for finding in made().find(WHO).findings) == ["blob", "snapshot of a blob"]
    made().erase(WHO, key="e")
    assert names(kit) == []


def test_a_folder_of_one_is_never_reached_through_the_account_of_another(kit: Any, made: Any) -> None:
    put(kit, "users/victim/docs/a")
    for account in ("victim/docs", "victi", "", "/"):
        assert made().find(Identifiers(account=(account,))).findings == ()


@pytest.mark.parametrize("account", ["acct-7", "o'hara", "x' or \"owner\" > '"])
def test_blobs_by_tag_and_a_tag_is_data(kit: Any, made: Any, account: str) -> None:
    """Azurite and Azure take no quotes into a tag, so whoever has one in the account has none by tag."""
    kit.upload_blob("one", b"1", tags={"owner": "acct-7"})
    kit.upload_blob("two", b"2", tags={"owner": "acct-8"})
    system = made(containers=[{"container": "uploads", "tags": {"owner": "{account}"}}])
    found = [finding.values["name"] for finding in system.find(Identifiers(account=(account,))).findings]
    assert found == (["one"] if account == "acct-7" else [])
    system.erase(Identifiers(account=(account,)), key="e")
    assert names(kit) == (["two"] if account == "acct-7" else ["one", "two"])


def test_more_than_a_page(kit: Any, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.storage.blob import ContainerClient

    whole = ContainerClient.list_blobs
    small = lambda self, *args, **given: whole(self, *args, results_per_page=2, **given)  # noqa: E731
    put(kit, *(f"users/acct-7/{n}" for n in range(5)))
    monkeypatch.setattr(ContainerClient, "list_blobs", small)
    assert len(made().find(WHO).findings) == 5


def test_a_leased_blob_is_a_problem_that_names_no_blob(kit: Any, made: Any) -> None:
    put(kit, "users/acct-7/a")
    lease = kit.get_blob_client("users/acct-7/a").acquire_lease()
    with pytest.raises(SystemProblem, match="LeaseIdMissing") as caught:
        made().erase(WHO, key="e")
    assert caught.value.consequence == "stop"
    assert "acct-7" not in str(caught.value)
    lease.release()


def test_a_container_that_is_none_asks_for_settings(kit: Any, made: Any) -> None:
    with pytest.raises(SystemProblem, match="ContainerNotFound") as caught:
        made(containers=[{"container": "nowhere", "names": ["{account}"]}]).find(WHO)
    assert caught.value.consequence == "fix settings"


@pytest.mark.parametrize("key", ["bm90IHRoZSBrZXk=", "no key at all"])
def test_a_wrong_key_asks_for_settings_and_is_not_shown(kit: Any, made: Any, key: str) -> None:
    with pytest.raises(SystemProblem) as caught:
        made(account_key=key).find(WHO)
    assert caught.value.consequence == "fix settings"
    assert key not in str(caught.value)


def test_a_shared_access_signature_will_do(address: str, kit: Any, made: Any) -> None:
    from datetime import UTC, datetime, timedelta

    from azure.storage.blob import generate_account_sas

    put(kit, "users/acct-7/a")
    until = datetime.now(UTC) + timedelta(hours=1)
    sas = generate_account_sas(azurite.ACCOUNT, azurite.KEY, "sco", "rldf", until)  # type: ignore[arg-type]
    assert len(made(account_key=None, sas=sas).find(WHO).findings) == 1


@pytest.mark.parametrize("label", ["gzip", "br", ""])
def test_an_encoding_is_a_label_of_whoever_put_the_blob(kit: Any, made: Any, label: str) -> None:
    kit.upload_blob("users/acct-7/a", b"hello", content_settings=ContentSettings(content_encoding=label or None))
    system = made(content_bytes=5)
    (found,) = system.find(WHO).findings
    assert found.values["content"] == "hello"
    look = lambda service: service.get_blob_client("uploads", "users/acct-7/a").get_blob_properties()  # noqa: E731
    assert system.blobs._storage.call("look", look).size == 5


def test_a_blob_of_the_person_with_a_snapshot_of_somebody_else_stays(kit: Any, made: Any) -> None:
    """Azure deletes a blob with all its snapshots or not at all."""
    kit.upload_blob("shared", b"1", tags={"owner": "acct-8"}).create_snapshot()
    kit.upload_blob("shared", b"2", tags={"owner": "acct-7"}, overwrite=True)
    kit.upload_blob("alone", b"3", tags={"owner": "acct-7"}).create_snapshot()
    outcome = made(containers=[{"container": "uploads", "tags": {"owner": "{account}"}}]).erase(WHO, key="e")
    (stays,) = outcome.remains
    assert "snapshots" in stays.reason
    assert names(kit) == ["shared", "shared"]


def test_a_short_name_is_not_the_beginning_of_others(kit: Any, made: Any) -> None:
    put(kit, "a", "a1", "a/b", "b")
    system = made(containers=[{"container": "uploads", "names": ["{account}"]}])
    assert [f.values["name"] for f in system.find(Identifiers(account=("a",))).findings] == ["a"]


def test_the_test_and_the_oldest(kit: Any, made: Any) -> None:
    assert made().test().evidence == {"account": azurite.ACCOUNT}
    assert made().oldest().evidence["oldest"] is None
    put(kit, "users/somebody/a")
    assert made().oldest().evidence["oldest"].startswith("20")
