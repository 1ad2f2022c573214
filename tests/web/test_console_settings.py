"""A vendor's settings at the console: drawn, tried, kept, changed, taken out; and what a curious insider cannot do."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from web_kit import publish, staff_client

from troth import ground
from troth.evidence import queries as evidence
from troth.systems import services
from troth.systems.saas.hubspot.connector import HubSpot
from troth.systems.sandbox.server import running

pytestmark = pytest.mark.django_db
ADD, EDIT = "/console/systems/connect/hubspot/", "/console/systems/at/crm/settings/"


@pytest.fixture
def path() -> Iterator[Path]:
    path = ground.settings().systems_file
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)
    for kept in credentials():
        kept.unlink()


def credentials() -> list[Path]:
    return sorted((ground.settings().home / "secrets" / "systems").glob("*"))


@pytest.fixture
def staff() -> Client:
    publish()
    return staff_client()


def entries(path: Path) -> dict[str, dict[str, object]]:
    told: dict[str, dict[str, object]] = yaml.safe_load(path.read_text())["systems"]
    return told


def filled_in(client: Client, page: str, **given: str) -> dict[str, str]:
    """What a browser would send: the form as drawn, with these fields changed."""
    html = client.get(page).content.decode()
    digest = re.search(r'name="digest" value="(\w+)"', html)
    assert digest
    return {"digest": digest[1], "act": "save", **given}


def connect(client: Client, **given: str) -> None:
    told = {"name": "crm", "url": "https://api.hubapi.com", "token": "very-secret", "recipient": "hubspot", **given}
    answer = client.post(ADD, filled_in(client, ADD, **told))
    assert answer.status_code == 302, answer.content.decode()


def test_a_system_is_connected_and_its_credential_kept_apart(staff: Client, path: Path) -> None:
    connect(staff)
    assert entries(path)["crm"] == {
        "connector": "hubspot", "url": "https://api.hubapi.com", "token": "secret:crm.token", "recipient": "hubspot",
    }  # fmt: skip
    (system,) = services.registry().all()
    assert (system.name, system.recipient) == ("crm", "hubspot")
    kept = ground.settings().home / "secrets" / "systems" / "crm.token"
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("very-secret", 0o600)
    assert [dict(e.facts)["system"] for e in evidence.entries(kind="system.connected")] == ["crm"]


def test_a_credential_is_never_shown_again(staff: Client, path: Path) -> None:
    connect(staff)
    pages = [staff.get(p).content.decode() for p in (EDIT, "/console/systems/at/crm/", "/console/systems/")]
    wrong = staff.post(EDIT, filled_in(staff, EDIT, url="ftp://x", token="another-secret")).content.decode()
    assert not [page for page in (*pages, wrong) if "very-secret" in page or "another-secret" in page]
    assert "Set (secret:crm.token)" in pages[0]


def test_settings_change_and_the_credential_stays(staff: Client, path: Path) -> None:
    connect(staff)
    told = {"url": "https://api.hubapi.com", "key_property": "", "title": "Our CRM", "timeout": "9"}
    assert staff.post(EDIT, filled_in(staff, EDIT, **told)).status_code == 302
    entry = entries(path)["crm"]
    assert (entry["title"], entry["timeout"], entry["token"]) == ("Our CRM", 9.0, "secret:crm.token")
    assert "recipient" not in entry


def test_mistakes_are_named_at_their_fields_and_nothing_is_saved(staff: Client, path: Path) -> None:
    given = {"name": "C R M", "url": "hubapi.com", "timeout": "soon"}
    answer = staff.post(ADD, filled_in(staff, ADD, **given))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not path.exists()
    for field in ("name", "url", "timeout", "token"):
        assert f'href="#{field}"' in page, field
    assert 'value="C R M"' in page


def test_a_name_is_given_once(staff: Client, path: Path) -> None:
    connect(staff)
    answer = staff.post(ADD, filled_in(staff, ADD, name="crm", url="https://api.hubapi.com", token="x"))
    assert "is the name of another system already" in answer.content.decode()


@pytest.mark.parametrize("place", ["file:/etc/passwd", "env:TROTH_SECRET_KEY", "secret:other.token"])
def test_a_credential_is_not_fetched_from_a_place_a_person_names_here(staff: Client, path: Path, place: str) -> None:
    answer = staff.post(ADD, filled_in(staff, ADD, name="crm", url="https://api.hubapi.com", token=place))
    assert answer.status_code == 422
    assert "enter the credential itself" in answer.content.decode()
    assert not path.exists()


def test_another_address_needs_the_credential_again(staff: Client, path: Path) -> None:
    connect(staff)
    for act in ("save", "test"):
        answer = staff.post(EDIT, filled_in(staff, EDIT, url="https://elsewhere.example", act=act))
        assert answer.status_code == 422
        assert "must be entered again" in answer.content.decode()
    assert entries(path)["crm"]["url"] == "https://api.hubapi.com"
    told = {"url": "https://elsewhere.example", "token": "new"}
    assert staff.post(EDIT, filled_in(staff, EDIT, **told)).status_code == 302


def test_private_addresses_are_let_in_by_the_file_only(staff: Client, path: Path) -> None:
    connect(staff, allow_private="yes")
    assert "allow_private" not in entries(path)["crm"]
    assert 'name="allow_private"' not in staff.get(EDIT).content.decode()


def test_a_connection_is_tried_before_it_is_kept(staff: Client, path: Path) -> None:
    with running() as address:
        entry = {"connector": "hubspot", "url": f"{address}/hubspot", "allow_private": True, "token": "wrong"}
        path.write_text("# ours\n" + yaml.safe_dump({"systems": {"crm": entry}}))
        told = {"url": f"{address}/hubspot", "act": "test"}
        bad = staff.post(EDIT, filled_in(staff, EDIT, **told)).content.decode()
        good = staff.post(EDIT, filled_in(staff, EDIT, **told, token="sandbox-token")).content.decode()
    assert "failed" in bad
    assert "credentials" in bad
    assert "it answers" in good
    assert "sandbox-token" not in good
    assert entries(path)["crm"]["token"] == "wrong"


def test_comments_and_other_entries_of_the_file_stay(staff: Client, path: Path) -> None:
    connect(staff)
    path.write_text("# ours\n" + path.read_text() + "  logs: {connector: files, folder: x, classes: {}}  # by hand\n")
    staff.post(EDIT, filled_in(staff, EDIT, url="https://api.hubapi.com", title="T"))
    text = path.read_text()
    assert text.startswith("# ours\n")
    assert text.endswith("# by hand\n")


def test_a_file_that_changed_meanwhile_is_not_overwritten(staff: Client, path: Path) -> None:
    connect(staff)
    told = filled_in(staff, EDIT, url="https://api.hubapi.com", title="Mine")
    path.write_text(path.read_text() + "# theirs\n")
    answer = staff.post(EDIT, told)
    assert answer.status_code == 422
    assert "has changed meanwhile" in answer.content.decode()
    assert "Mine" not in path.read_text()
    assert not evidence.entries(kind="system.changed")


def test_disconnecting_takes_entry_and_credential(staff: Client, path: Path) -> None:
    connect(staff)
    page = "/console/systems/at/crm/disconnect/"
    assert "becomes a task" in staff.get(page).content.decode()
    assert "crm" in entries(path)
    assert staff.post(page).status_code == 302
    assert services.registry().all() == ()
    assert not (ground.settings().home / "secrets" / "systems" / "crm.token").exists()
    assert evidence.entries(kind="system.disconnected")


def test_every_credential_goes_with_its_system_and_no_other(staff: Client, path: Path) -> None:
    page = "/console/systems/connect/salesforce/"
    told = {"name": "sf", "url": "https://a.example", "client_id": "x", "client_secret": "s", "key_field": "K__c"}
    assert staff.post(page, filled_in(staff, page, **told)).status_code == 302
    connect(staff)
    (kept,) = [one for one in credentials() if one.name.startswith("crm.")]
    assert len(credentials()) == 2
    assert staff.post("/console/systems/at/sf/disconnect/").status_code == 302
    assert credentials() == [kept]


def test_a_change_that_is_refused_leaves_the_credential_in_use(staff: Client, path: Path) -> None:
    connect(staff)
    told = filled_in(staff, EDIT, url="https://api.hubapi.com", token="new-secret")
    path.write_text(path.read_text() + "# theirs\n")
    assert staff.post(EDIT, told).status_code == 422
    assert [one.read_text() for one in credentials()] == ["very-secret"]
    assert staff.post(EDIT, filled_in(staff, EDIT, url="https://b.example", token="new-secret")).status_code == 302
    (system,) = services.registry().all()
    assert isinstance(system, HubSpot)
    assert system.settings.token.reveal() == "new-secret"
    (changed,) = evidence.entries(kind="system.changed")
    assert changed.facts["settings"] == ["recipient", "token", "url"]
    assert "secret" not in str(changed.facts)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"recipient": "hubspot"}, "both serve the recipient hubspot"),
        ({"rate": "inf"}, "should be less than or equal to"),
        ({"rate": "1e-300"}, "should be greater than or equal to"),
        ({"url": "https://x:99999"}, "should be an address"),
        ({"url": "https://[::1"}, "should be an address"),
        ({"url": "https://me:pass@x.example"}, "no user and no password"),
        ({"fields": "a: b\na: c"}, "should name a once"),
    ],
)
def test_no_form_breaks_the_systems_there_are(staff: Client, path: Path, given: dict[str, str], words: str) -> None:
    connect(staff)
    before = path.read_text()
    told = {"name": "second", "url": "https://api.hubapi.com", "token": "x", **given}
    answer = staff.post(ADD, filled_in(staff, ADD, **told))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert path.read_text() == before
    assert len(services.registry().all()) == 1
    assert len(credentials()) == 1


@pytest.mark.parametrize("text", ["[" * 50_000, "- &a [x]\n- *a", "&a [*a]", "x" * 5 + ": " + "{a: [" * 30])
def test_yaml_that_would_take_the_server_down_is_a_mistake_like_any_other(staff: Client, path: Path, text: str) -> None:
    page = "/console/systems/connect/aws/"
    told = {"name": "aws", "region": "eu-central-1", "buckets": text}
    answer = staff.post(page, filled_in(staff, page, **told))
    assert answer.status_code == 422
    assert "should be" in answer.content.decode()


def test_fields_of_several_lines_come_back_as_they_went_in(staff: Client, path: Path) -> None:
    page = "/console/systems/connect/aws/"
    buckets = "- bucket: people\n  keys:\n  - users/{account}/\n"
    told = {"name": "aws", "region": "eu-central-1", "buckets": buckets, "fields": "shoe-size: size"}
    told |= {"access_key_id": "AKIA", "secret_access_key": "s", "title": "a: b # \u2028 'c'\r\nd"}
    answer = staff.post(page, filled_in(staff, page, **told))
    assert answer.status_code == 302, answer.content.decode()
    entry = entries(path)["aws"]
    assert entry["buckets"] == yaml.safe_load(buckets)
    assert entry["fields"] == {"shoe-size": "size"}
    edit = staff.get("/console/systems/at/aws/settings/").content.decode()
    assert "users/{account}/" in edit
    assert "AKIA" not in edit
    moved = {**told, "buckets": buckets.replace("people", "theirs"), "access_key_id": "", "secret_access_key": ""}
    answer = staff.post(
        "/console/systems/at/aws/settings/", filled_in(staff, "/console/systems/at/aws/settings/", **moved)
    )
    assert answer.status_code == 422
    assert "must be entered again" in answer.content.decode()


def test_credentials_of_the_server_itself_are_used_by_the_file_only(staff: Client, path: Path) -> None:
    page, edit = "/console/systems/connect/aws/", "/console/systems/at/aws/settings/"
    told = {"name": "aws", "region": "eu-central-1", "suppression": "yes"}
    answer = staff.post(page, filled_in(staff, page, **told))
    assert answer.status_code == 422
    assert "those of the server itself" in answer.content.decode()
    entry = {"connector": "aws", "region": "eu-central-1", "suppression": True}
    path.write_text(yaml.safe_dump({"systems": {"aws": entry}}))
    assert staff.post(edit, filled_in(staff, edit, **told, title="Mail")).status_code == 302
    moved = {**told, "tables": "- {table: people, keys: {pk: '{account}'}}"}
    assert staff.post(edit, filled_in(staff, edit, **moved)).status_code == 422


def test_a_system_inside_is_not_moved_to_another_address_inside(staff: Client, path: Path) -> None:
    entry = {"connector": "hubspot", "url": "http://10.0.0.5/hub", "allow_private": True, "token": "t"}
    path.write_text(yaml.safe_dump({"systems": {"crm": entry}}))
    for act in ("test", "save"):
        told = {"url": "http://169.254.169.254/latest", "token": "mine", "act": act}
        answer = staff.post(EDIT, filled_in(staff, EDIT, **told))
        assert answer.status_code == 422
        assert "is changed in the systems file only" in answer.content.decode()
    assert entries(path)["crm"] == entry


def test_a_key_that_lost_its_lines_in_the_field_works(staff: Client, path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    page = "/console/systems/connect/okta/"
    told = {"name": "okta", "url": "https://a.okta.com", "client_id": "c", "key_id": "k"}
    told["private_key"] = pem.replace("\n", "")
    assert staff.post(page, filled_in(staff, page, **told)).status_code == 302
    (kept,) = credentials()
    assert kept.read_text() == pem


def test_databases_and_files_have_no_settings_here(staff: Client, path: Path) -> None:
    path.write_text("systems: {logs: {connector: files, folder: x, classes: {}}}\n")
    assert staff.get("/console/systems/at/logs/settings/").status_code == 404
    assert staff.post("/console/systems/at/logs/disconnect/").status_code == 404
    assert staff.get("/console/systems/connect/files/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_system_that_is_left_alone_is_called_again_when_somebody_says_so(staff: Client, path: Path) -> None:
    connect(staff)
    page, resume = "/console/systems/at/crm/", "/console/systems/at/crm/resume/"
    assert "Try now" not in staff.get(page).content.decode()
    (system,) = services.registry().all()
    assert isinstance(system, HubSpot)
    system.pace.hold(timedelta(hours=1))
    shown = staff.get(page).content.decode()
    assert "left alone" in shown
    assert "no calls are made before" in shown
    assert staff.get(resume).status_code == 405
    assert staff.post(resume).status_code == 302
    assert "Try now" not in staff.get(page).content.decode()
    assert [e.facts["system"] for e in evidence.entries(kind="system.resumed")] == ["crm"]
    assert staff.post("/console/systems/at/none/resume/").status_code == 404


def test_every_connectors_form_can_be_drawn(staff: Client, path: Path) -> None:
    page = staff.get("/console/systems/connect/").content.decode()
    found = re.findall(r"/console/systems/connect/([a-z0-9-]+)/", page)
    assert {"hubspot", "salesforce"} <= set(found)
    for connector in found:
        answer = staff.get(f"/console/systems/connect/{connector}/")
        assert answer.status_code == 200
        assert "Traceback" not in answer.content.decode()
