"""Files.com: the suite, and what is peculiar to it: folders of people, jobs, uploads elsewhere, what stays."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from troth.systems.conformance import Conformance, Record, Scenario, Subject
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered, Pending
from troth.systems.saas.files_com.paths import fixed, folder, folders
from troth.systems.sandbox.server import running

JO, OTHER = "jo.o'neil+x@example.org", "other@example.org"
SENT = {"email": JO, "full-name": "Jo Neil", "company": "Acme", "anything": "goes whole"}
OUTGOING = Outgoing("rec-1", "upload", "row", ("support",), SENT, False)
SEED = [
    {"kind": "user", "email": JO, "name": "Jo"},
    {"kind": "user", "email": OTHER, "name": "Other"},
    {"kind": "file", "path": f"people/{JO}/a.txt", "mtime": "2020-01-02T03:04:05.000Z"},
    {"kind": "file", "path": f"people/{JO}/deep/down/b.txt"},
    {"kind": "file", "path": f"people/{JO}x/near-miss.txt"},
    {"kind": "file", "path": f"people/{OTHER}/c.txt"},
    {"kind": "history", "user_id": 1, "username": JO, "action": "read", "path": "people/x", "ip": "192.0.2.1"},
]
MANY = [{"kind": "file", "path": f"people/{JO}/{n}.txt"} for n in range(7)]
PATHS = "a path is a part of the URL at Files.com, and a person's folder bears an identifier"
LISTS = ("users", "history", "inbox_registrations", "bundle_registrations", "list_folder")
EMPTY = "an empty list is how Files.com says that there is nothing"


def hers(record: Record) -> bool:
    """A user, or a file in their folder; history stays and is told to."""
    mine = record["kind"] == "user" and record["email"].lower() in (JO, "jo@new.example")
    return mine or (record["kind"] == "file" and record["path"].lower().startswith(f"people/{JO}/"))


def right(record: Record) -> bool:
    if record["kind"] == "user":
        return (record["name"], record["company"]) == ("Joanna O'Neil", "Newer Acme")
    return "Joanna O'Neil" in record["content"]


SCENARIO = Scenario(
    vendor="files_com",
    settings={"api_key": "sandbox-key", "poll_seconds": 0.01},
    secret="api_key",
    person=Identifiers(email=(JO,)),
    seed={"records": SEED},
    mine=hers,
    findings=4,
    crowd=(
        {"records": [*SEED, *[{"kind": "file", "path": f"people/{JO}/{n}.txt"} for n in range(7)]], "page_size": 3},
        11,
    ),
    changes={"full-name": "Joanna O'Neil", "company": "Newer Acme"},
    rectified=right,
    suppressed=lambda state: (
        not any(row["subscribe_to_newsletter"] for row in state["records"] if row["kind"] == "user" and hers(row))
    ),
    outgoing=OUTGOING,
    oldest="2020-01-02T03:04:05",
    takes_any_item="a record is delivered as a document, whole",
    in_urls={
        **dict.fromkeys(("list_folder", "metadata", "delete_path", "begin_upload", "end_upload", "download"), PATHS),
        "users": "users are filtered by query string only",
    },
    unread=dict.fromkeys(LISTS, EMPTY),
)


class TestFilesCom(Conformance):
    scenario = SCENARIO


@pytest.fixture
def files() -> Iterator[Subject]:
    with running() as address:
        it = Subject(SCENARIO, address)
        yield it
        assert it.broken_contracts() == []


@pytest.mark.parametrize("body", [{}, "no", {"results": None}, ["no"], [{}], [None]])
@pytest.mark.parametrize(
    "operation", ["users", "history", "inbox_registrations", "bundle_registrations", "list_folder"]
)
def test_what_is_no_list_of_objects_is_never_taken_for_nothing(files: Subject, operation: str, body: Any) -> None:
    files.seed()
    files.ask("fail", operation=operation, body=body, count=50)
    files.system = files.made(patience=0)
    if body == [{}] and operation.endswith("registrations"):
        return  # somebody without an address registered
    with files.trouble("retry"):
        files.system.find(SCENARIO.person)


def test_a_large_folder_is_deleted_by_a_job_that_is_followed(files: Subject) -> None:
    files.seed()
    outcome = files.system.erase(SCENARIO.person, key="e1")
    assert isinstance(outcome, Pending)
    assert JO not in outcome.token
    assert isinstance(files.system.check(outcome.token), Pending)
    files.ask("advance")
    done = files.system.check(outcome.token)
    assert isinstance(done, Done)
    assert (done.evidence["folders"], done.evidence["users"]) == (1, [1])
    assert files.find().findings == ()


def test_a_small_folder_is_gone_at_once(files: Subject) -> None:
    files.ask("seed", records=SEED[:3])
    assert isinstance(files.system.erase(SCENARIO.person, key="e1"), Done)


def test_a_job_that_failed_is_a_problem(files: Subject) -> None:
    files.ask("seed", records=SEED, failing=True)
    outcome = files.system.erase(SCENARIO.person, key="e1")
    assert isinstance(outcome, Pending)
    files.ask("advance")
    with files.trouble("stop") as problem:
        files.system.check(outcome.token)
    assert "failed" in str(problem[0])
    for token in ("", "{}", "[]", "null", '{"jobs": 1}'):
        with files.trouble("stop"):
            files.system.check(token)


def test_backups_history_and_registrations_are_told_to_remain(files: Subject) -> None:
    registered = [
        {"kind": "inbox_registrations", "email": JO.upper(), "name": "Jo", "inbox_id": 7, "code": "opens-it"},
        {"kind": "bundle_registrations", "email": JO, "bundle_id": 9},
        {"kind": "bundle_registrations", "email": None, "bundle_id": 9},
        {"kind": "bundle_registrations", "email": OTHER, "bundle_id": 9},
    ]
    files.ask("seed", records=[*SEED, *registered], days=14, page_size=1)
    found = [one for one in files.find().findings if "registration" in one.kind]
    assert sorted(one.kind for one in found) == ["inbox registration", "share link registration"]
    assert "opens-it" not in json.dumps([dict(one.values) for one in found])
    outcome = files.erase()
    assert isinstance(outcome, Done)
    assert [type(rest) for rest in outcome.remains] == [Expires, Expires, NotOffered]
    assert "day 14" in str(outcome.remains[0])
    assert len(files.ask("state")["backups"]) == 2


def test_a_site_without_backups_keeps_none(files: Subject) -> None:
    files.ask("seed", records=SEED[2:4], days=0)
    outcome = files.erase()
    assert isinstance(outcome, Done)
    assert outcome.remains == ()


def test_what_a_user_shared_goes_to_the_new_owner(files: Subject) -> None:
    files.seed()
    files.system = files.made(new_owner=2)
    files.erase()
    assert [call["path"] for call in files.ask("calls") if call["operation"] == "delete_user"] == [
        "/files_com/api/rest/v1/users/1?new_owner_id=2"
    ]


def test_case_does_not_hide_anything(files: Subject) -> None:
    files.ask("seed", records=[{"kind": "file", "path": f"People/{JO.title()}/x.txt"}, {"kind": "user", "email": JO}])
    assert len(files.find(Identifiers(email=(JO.upper(),))).findings) == 2


def test_a_delivered_record_is_found_with_its_items_and_corrected_in_place(files: Subject) -> None:
    first = files.deliver()
    (finding,) = files.find().findings
    assert finding.kind == "delivered record"
    assert dict(finding.values) == SENT
    assert finding.items == {item: item for item in SENT}
    assert JO not in str(first.evidence)
    outcome = files.rectify()
    assert isinstance(outcome, Done)
    assert outcome.evidence == {"users": 0, "records": 1}
    assert files.rectify().evidence == {"users": 0, "records": 0}  # type: ignore[union-attr]
    (finding,) = files.find().findings
    assert dict(finding.values) == {**SENT, **SCENARIO.changes}


def test_a_file_that_only_looks_like_a_record_is_not_taken_for_an_empty_one(files: Subject) -> None:
    name = "troth-0123456789abcdef0123456789abcdef.json"
    files.ask("seed", records=[{"kind": "file", "path": f"people/{JO}/{name}", "content": "{}"}])
    with files.trouble("retry"):
        files.find()


def test_a_folder_named_by_an_old_address_is_told(files: Subject) -> None:
    files.seed()
    outcome = files.system.rectify(SCENARIO.person, {"email": "jo@new.example"}, key="r1")
    assert isinstance(outcome, Done)
    assert [type(rest) for rest in outcome.remains] == [NotOffered]


def test_a_record_that_names_no_folder_is_refused(files: Subject) -> None:
    for address in ("", " ", "..", "a/b@example.org", "a\\b@example.org", "a\nb@example.org"):
        with files.trouble("stop"):
            files.deliver(email=address)
    assert files.records() == []


def test_the_api_key_stays_at_files_com(files: Subject) -> None:
    """Contents go to a storage provider by signed links; its name is not trusted to be an address."""
    files.ask(
        "fail", operation="begin_upload", body=[{"ref": "r", "upload_uri": "file:///etc/passwd", "part_number": 1}]
    )
    with files.trouble("retry"):
        files.deliver()


@pytest.mark.parametrize("value", ["..", ".", "", " ", "a/b", "a\\b", "../x", "\x00", "a\nb"])
def test_an_identifier_never_names_another_folder(value: str) -> None:
    assert folder("people/{email}", value) is None


@pytest.mark.parametrize(
    ("template", "value", "path"),
    [
        ("people/{email}", "a@b.example", "people/a@b.example"),
        ("a/b/{account} files", "7", "a/b/7 files"),
        ("people/x{device}", "..", "people/x.."),
    ],
)
def test_folders_are_named_by_their_template(template: str, value: str, path: str) -> None:
    assert folder(template, value) == path
    assert fixed(template) == path.rpartition("/")[0]


def test_each_template_takes_its_own_kind_of_identifier() -> None:
    who = Identifiers(email=("a@b.example",), account=("7", ".."))
    assert list(folders(("people/{email}", "acc/{account}", "tel/{phone}"), who)) == ["people/a@b.example", "acc/7"]


@pytest.mark.parametrize(
    "template", ["{email}", "/people/{email}", "people", "people/{name}", "people/{email}/{phone}", "p/{email}/x"]
)
def test_a_template_that_could_reach_too_much_is_refused(files: Subject, template: str) -> None:
    with files.trouble("fix settings"):
        files.made(folders=[template])
