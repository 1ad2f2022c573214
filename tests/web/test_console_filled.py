"""The console over a filled deployment: what each page says must be what the rooms and the systems say."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import console_kit as kit
import pytest
from console_kit import ANA, NOW, VALUES, Filled
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.plugin import DjangoDbBlocker
from web_kit import staff_client

from troth import ground
from troth.evidence import queries as evidence
from troth.people import queries as people
from troth.people import services as vault
from troth.requests import queries as requests
from troth.retention import queries as retention
from troth.sharing import queries as sharing
from troth.systems.saas import manifest
from troth.verification import queries as verification
from troth.web.console import evidence as evidence_page
from troth.web.console import people as people_page
from troth.web.console import requests as requests_page

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    """Filled once and committed; each test works in a transaction that is rolled back."""
    with django_db_blocker.unblock():
        try:
            with kit.filled(tmp_path_factory.mktemp("logs")) as made:
                yield made
        finally:
            call_command("flush", verbosity=0, interactive=False)
            connection.close()


@pytest.fixture
def staff(world: Filled) -> Client:
    return staff_client()


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def text(page: str) -> str:
    """What a reader sees, spaces made one."""
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


def walk(client: Client, path: str, pattern: str) -> list[str]:
    """What `pattern` finds on all pages of a list, by its own links to the next."""
    found: list[str] = []
    while path:
        answer = client.get(path)
        found += re.findall(pattern, answer.content.decode())
        path = answer.context["more"]
    return found


# overview and checks


def test_the_overview_counts_what_the_latest_run_found(staff: Client) -> None:
    run = verification.latest()
    assert run is not None
    page = text(html(staff, "/console/"))
    judged = len(run.results) - run.counts["excluded"]
    assert f"{run.counts['kept']} of {judged} promises kept" in page
    for result in run.results:
        if result.outcome in ("broken", "could not tell", "warned"):
            for said in (result.subject, result.expected, result.found, result.next_step):
                assert " ".join(said.split()) in page.replace("&#x27;", "'")
    assert "retention.yaml:" in page


def test_the_overview_puts_the_late_request_first(staff: Client) -> None:
    page = html(staff, "/console/")
    first, second, *_ = re.findall(r"/console/requests/([0-9a-f-]{36})/", page)
    late = requests.one(UUID(first), ground.clock())
    assert late is not None
    assert late.line.left is not None
    assert late.line.left.days < 0
    assert f"{-late.line.left.days} day" in page
    assert second != first


def test_the_overview_tells_deliveries_and_the_day_before(staff: Client) -> None:
    page = text(html(staff, "/console/"))
    counts = sharing.delivery_counts()
    sent = sum(n for (_, state), n in counts.items() if state == "sent")
    assert f"✓ sent {sent}" in page
    assert "deliveries made" in page


def test_every_result_is_on_the_page_of_checks(staff: Client) -> None:
    run = verification.latest()
    assert run is not None
    page = text(html(staff, "/console/checks/"))
    for result in run.results:
        assert result.check in page
        assert result.subject in page
    one = text(html(staff, "/console/checks/logs-in-period/"))
    assert "broken" in one
    assert "columns-declared" not in one


def test_checking_now_puts_one_run_in_the_queue(staff: Client) -> None:
    first = staff.post("/console/checks/run/", {"from": "overview"})
    assert first["Location"] == "/console/"
    assert "in the queue already" in staff.post("/console/checks/run/", follow=True).content.decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where task_name = 'verification.run' and status = 'todo'"
        )
        assert cursor.fetchall() == [(1,)]


# requests


def test_the_board_is_ordered_by_legal_day_and_paged(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    every = [str(line.id) for line in requests.board(ground.clock())]
    monkeypatch.setattr(requests_page, "PAGE", 1)
    assert walk(staff, "/console/requests/?state=all", r'href="/console/requests/([0-9a-f-]{36})/"') == every
    assert len(every) == 4


def test_the_board_is_filtered(staff: Client, world: Filled) -> None:
    waiting = requests.one(world.waiting, ground.clock())
    assert waiting is not None
    for filters in (
        "state=identity",
        "state=all&kind=erasure",
        f"state=all&reference={waiting.line.reference[:6].lower()}",
    ):
        page = html(staff, f"/console/requests/?{filters}")
        assert re.findall(r'href="/console/requests/([0-9a-f-]{36})/"', page) == [str(world.waiting)]
    assert "Nothing matches" in html(staff, "/console/requests/?reference=ZZZZZZ")


def test_a_request_shows_words_clock_and_steps_but_no_address(staff: Client, world: Filled) -> None:
    full = requests.one(world.access, ground.clock())
    assert full is not None
    page = html(staff, f"/console/requests/{world.access}/")
    assert full.words in page
    assert ANA not in page
    assert "a…@example.org" in page
    assert "GDPR Art. 12(3)" in page
    assert all(tally.title in page for tally in full.tallies)
    assert f"/console/people/{world.ana}/" in page


def test_looking_at_the_address_is_recorded_first(staff: Client, world: Filled) -> None:
    assert evidence.entries(kind="request.viewed") == []
    page = staff.post(f"/console/requests/{world.access}/").content.decode()
    assert ANA in page
    [entry] = evidence.entries(kind="request.viewed")
    assert entry.facts["request"] == str(world.access)
    assert "@" not in str(entry.facts)


def test_the_answer_is_told_as_counts(staff: Client, world: Filled) -> None:
    full = requests.one(world.answered, ground.clock())
    assert full is not None
    assert full.answered_at is not None
    page = text(html(staff, f"/console/requests/{world.answered}/"))
    found = next(tally for tally in full.tallies if tally.system == "vault")
    assert f"{found.count} things found" in page
    assert all(value not in page for value in VALUES.values())


def test_what_people_write_is_text_and_no_markup(staff: Client) -> None:
    late = requests.board(ground.clock())[0]
    page = html(staff, f"/console/requests/{late.id}/")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


# people


def test_people_are_found_by_the_whole_address_only(staff: Client, world: Filled) -> None:
    found = staff.post("/console/people/", {"search": f" {ANA.upper()} "}).content.decode()
    assert re.findall(r'href="/console/people/([0-9a-f-]{36})/"', found) == [str(world.ana)]
    for part in ("ana", "example.org", "na@example.org"):
        assert "Nobody here is known by this" in staff.post("/console/people/", {"search": part}).content.decode()


def test_no_address_is_ever_part_of_a_link(staff: Client, world: Filled) -> None:
    pages = [staff.post("/console/people/", {"search": ANA}), staff.post(f"/console/people/{world.ana}/")]
    for answer in pages:
        links = re.findall(r'(?:href|action)="([^"]*)"', answer.content.decode())
        assert not [link for link in links if "@" in link or "%40" in link]


def test_people_are_listed_once_each_by_masked_address(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    every = [str(row.id) for row in people.people(limit=100)]
    monkeypatch.setattr(people_page, "PAGE", 2)
    assert walk(staff, "/console/people/", r'href="/console/people/([0-9a-f-]{36})/"') == every
    page = html(staff, "/console/people/")
    assert "…@example.org" in page
    assert not re.search(r"[\w.]+@example\.org", page)


def test_a_person_is_closed_until_the_look_is_recorded(staff: Client, world: Filled) -> None:
    path = f"/console/people/{world.ana}/"
    closed = html(staff, path)
    held = {value for record in people.records(world.ana) for value in record.values.values()}
    assert not [value for value in held if value in closed]
    assert evidence.entries(kind="person.viewed") == []
    opened = staff.post(path).content.decode()
    assert [value for value in held if value not in opened] == []
    [entry] = evidence.entries(kind="person.viewed")
    assert entry.person == people.pseudonym(world.ana)
    assert set(entry.facts) == {"staff", "records"}
    assert staff.get(path).content.decode().count("Show values") == 1


def test_a_person_shows_what_is_held_and_who_got_it(staff: Client, world: Filled) -> None:
    page = text(html(staff, f"/console/people/{world.ana}/"))
    assert "When you schedule a demo" in page
    assert "Schedule and provide a demo · pre-contract" in page
    assert page.count("✓ sent") == sum(d.state == "sent" for d in sharing.deliveries(world.ana))
    assert "Took it back" in page
    assert "✓ stopped" in page
    assert "A copy of your data" in page


def test_an_erased_person_is_not_there(staff: Client, world: Filled) -> None:
    vault.erase(world.old, now=NOW)
    assert staff.get(f"/console/people/{world.old}/").status_code == 404
    assert staff.post(f"/console/people/{world.old}/").status_code == 404


# systems


def test_opening_the_systems_page_calls_no_vendor(staff: Client, world: Filled) -> None:
    before = kit.calls(world.sandbox)
    page = html(staff, "/console/systems/")
    assert kit.calls(world.sandbox) == before
    assert all(title in page for title in ("Salesforce", "HubSpot", "Product database", "Web site and Torque logs"))


def test_systems_are_found_by_words(staff: Client) -> None:
    assert [line.name for line in staff.get("/console/systems/?q=product").context["systems"]] == ["product"]
    assert "No system matches" in html(staff, "/console/systems/?q=nowhere")


def test_a_verb_that_is_not_offered_says_why_and_what_to_do(staff: Client) -> None:
    verbs = {v.verb: v for v in staff.get("/console/systems/at/product/").context["system"].verbs}
    assert (verbs["find"].offered, verbs["deliver"].offered) == ("yes", "no")
    assert verbs["deliver"].manual in html(staff, "/console/systems/at/product/")
    assert staff.get("/console/systems/at/nobody/").status_code == 404


def test_every_connector_is_in_the_table(staff: Client) -> None:
    page = text(html(staff, "/console/systems/connectors/"))
    assert all(title in page for title in ("Salesforce", "HubSpot", "SQL database", "Files and logs"))
    lines = staff.get("/console/systems/connectors/").context["connectors"]
    assert {line.id for line in lines} == set(manifest.connectors())
    assert all(verb.reason and verb.source for line in lines for verb in line.verbs if verb.offered == "no")


def test_the_oldest_file_is_what_the_checks_found(staff: Client) -> None:
    logs = staff.get("/console/systems/at/logs/").context["system"]
    access = next(line for line in logs.files if line.name == "access")
    assert (access.tone, access.period) == ("bad", "P60D")
    assert (NOW - access.oldest).days >= 70


def test_testing_a_system_tells_what_it_answered(staff: Client, world: Filled) -> None:
    before = kit.calls(world.sandbox)
    good = text(staff.post("/console/systems/at/hubspot/test/").content.decode())
    assert "✓ it answers" in good
    assert kit.calls(world.sandbox) > before
    kit.ask(world.sandbox, "hubspot", "fail", count=50, status=401)
    try:
        bad = text(staff.post("/console/systems/at/hubspot/test/").content.decode())
    finally:
        kit.ask(world.sandbox, "hubspot", "fail", count=0, status=401)
    assert "✕ failed" in bad
    assert "fix settings" in bad
    assert staff.post("/console/systems/at/nobody/test/").status_code == 404


def test_a_systems_file_that_is_wrong_is_told_in_place(staff: Client) -> None:
    path = ground.settings().systems_file
    kept = path.read_text()
    path.write_text("systems: {x: {connector: fax}}\n")
    try:
        answer = staff.get("/console/systems/")
    finally:
        path.write_text(kept)
    assert answer.status_code == 503
    assert "connector must be one of" in answer.content.decode()


# evidence and reviews


def test_every_entry_is_listed_once(staff: Client, world: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    every = [str(entry.id) for entry in evidence.entries(limit=1_000)]
    monkeypatch.setattr(evidence_page, "PAGE", 7)
    assert walk(staff, "/console/evidence/", r'id="entry-(\d+)"') == every
    sent = [str(entry.id) for entry in evidence.entries(kind="delivery.sent", limit=1_000)]
    assert walk(staff, "/console/evidence/?kind=delivery.sent", r'id="entry-(\d+)"') == sent
    name = people.pseudonym(world.ana)
    mine = [str(entry.id) for entry in evidence.entries(person=name, limit=1_000)]
    assert walk(staff, f"/console/evidence/?person={name}", r'id="entry-(\d+)"') == mine
    assert "No entry matches" in html(staff, "/console/evidence/?kind=no.such")


def test_the_kinds_offered_are_those_of_the_log(staff: Client) -> None:
    kinds = {entry.kind for entry in evidence.entries(limit=1_000)}
    assert staff.get("/console/evidence/").context["kinds"] == sorted(kinds)


def test_a_record_that_is_kept_comes_up_later(staff: Client) -> None:
    [due] = retention.reviews_due(ground.clock())
    answer = staff.post(f"/console/reviews/{due.record_id}/keep/", follow=True)
    assert "the record stays" in answer.content.decode()
    assert retention.reviews_due(ground.clock()) == []
    [entry] = evidence.entries(kind="review.confirmed")
    assert entry.facts["record"] == str(due.record_id)


def test_the_plan_erases_nothing_and_the_button_one_record(staff: Client) -> None:
    [due] = retention.reviews_due(ground.clock())
    path = f"/console/reviews/{due.record_id}/"
    plan = text(html(staff, path))
    assert "Erase 1 record" in plan
    assert "not erased by this" in plan
    assert len(retention.reviews_due(ground.clock())) == 1
    assert "1 record erased" in staff.post(path, follow=True).content.decode()
    assert retention.reviews_due(ground.clock()) == []
    assert staff.get(path).status_code == 404


def test_a_dry_run_tells_and_changes_nothing(staff: Client) -> None:
    folder = Path(kit.folder_of_logs())
    before = sorted(path.name for path in folder.rglob("*"))
    page = text(staff.post("/console/reviews/dry-run/").content.decode())
    assert "nothing was erased" in page
    assert "! would be swept" in page
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_pages_take_few_statements(
    staff: Client, world: Filled, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    pages = {
        "/console/": 16,
        "/console/requests/?state=all": 5,
        f"/console/requests/{world.answered}/": 9,
        "/console/people/": 6,
        f"/console/people/{world.ana}/": 18,
        "/console/systems/": 7,
        "/console/systems/at/hubspot/": 9,
        "/console/systems/connectors/": 3,
        "/console/systems/at/hubspot/settings/": 4,
        "/console/evidence/": 7,
        "/console/checks/": 7,
        "/console/checks/logs-in-period/": 6,
        "/console/reviews/": 7,
    }
    for path, most in pages.items():
        with django_assert_max_num_queries(most):
            staff.get(path)
