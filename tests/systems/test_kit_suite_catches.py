"""The suite is worth something only if it fails: connectors with one fault each, and the test that must find it."""

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from docs_kit import DOCS, write

from troth.systems.conformance import Scenario, Subject, Conformance as Suite  # isort: skip
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas import manifest
from troth.systems.sandbox.server import running

PAGE = DOCS / "how-to" / "a-connector-in-an-hour.md"
Test = Callable[[Suite, Subject], None]


@contextmanager
def faulty(folder: Path, right: str, wrong: str) -> Iterator[Subject]:
    """The connector of the page with one passage changed, beside its double."""
    write(folder, PAGE)
    home = folder / "troth-data" / "connectors" / "acme_crm"
    for name in ("connector.py", "double.py"):
        text = (home / name).read_text()
        (home / name).write_text(text.replace(right, wrong))
    assert wrong in (home / "connector.py").read_text() + (home / "double.py").read_text()
    scenario = _scenario(home / "test_acme_crm.py")
    with running(more=[manifest.home("acme_crm", scenario.own)]) as address:
        yield Subject(scenario, address)


def _scenario(path: Path) -> Scenario:
    spec = importlib.util.spec_from_file_location(f"scenario_{abs(hash(path))}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    scenario: Scenario = module.TestAcmeCrm.scenario
    return scenario


def clean_urls(suite: Suite, it: Subject) -> None:
    it.seed()
    with suppress(SystemProblem):
        it.find()
    assert it.telling_urls() == []


def clean_contract(suite: Suite, it: Subject) -> None:
    with suppress(SystemProblem):
        it.deliver()
    assert it.broken_contracts() == []


FAULTS: dict[str, tuple[str, str, Test]] = {
    "only the first page": (
        "for reply in by_cursor(page, link_in(\"next\"))", "for reply in [page(None)]", Suite.test_all_pages_are_read,
    ),
    "a reply that is something else taken for nothing": (
        'for one in reply.need("contacts", list)', 'for one in (reply.body or {}).get("contacts") or []',
        Suite.test_an_answer_without_what_was_asked_is_never_nothing_found,
    ),
    "done before it is": (
        "return Pending(json.dumps({\"jobs\": jobs, \"ids\": ids}), POLL)", 'return Done({"contacts": len(ids)})',
        Suite.test_erasure_is_for_good_and_harmless_when_repeated,
    ),
    "a new key for each try": (
        "headers=keyed(key)", "headers=keyed(str(id(object())) + __import__('uuid').uuid4().hex)",
        Suite.test_the_same_key_delivers_once,
    ),
    "evidence with an address": (
        'return Found({"contacts": len(contacts)}', 'return Found({"who": list(who.email)}',
        Suite.test_find_sees_all_of_the_person_and_nobody_else,
    ),
    "a token with an address": (
        'json.dumps({"jobs": jobs, "ids": ids})', 'json.dumps({"jobs": jobs, "ids": ids, "who": who.email})',
        Suite.test_erasure_is_for_good_and_harmless_when_repeated,
    ),
    "everybody corrected": (
        "contacts = self._contacts(who)\n        for contact in contacts:",
        'contacts = self.api.call("l", "GET", "/v1/contacts", params={"sort": "created_at", "limit": "99"}).body'
        '["contacts"]\n        for contact in contacts:',
        Suite.test_rectify_corrects_the_person_and_nobody_else,
    ),
    "an item dropped": (
        "**self.to_fields(outgoing.values)", "**{f: outgoing.values[i] for i, f in self.FIELDS.items()}",
        Suite.test_only_declared_items_are_sent_and_none_is_dropped,
    ),
    "an address in a URL": (
        '"POST", "/v1/contacts/search", json=asked)',
        '"POST", f"/v1/contacts/search?email={address}", json=asked, ok=(200, 400))', clean_urls,
    ),
    "a field the vendor does not know": ('"marketing": outgoing.marketing}', '"opted_in": True}', clean_contract),
    "a verb left out without a word": (
        "def suppress(self", "def silence(self", Suite.test_what_is_not_offered_says_why_and_what_to_do_instead,
    ),
    "a verb offered and denied": (
        'LIMITS: ClassVar[Mapping[str, str]] = {"find"', 'INSTEAD: ClassVar[Mapping[str, str]] = {"find"',
        Suite.test_what_is_not_offered_says_why_and_what_to_do_instead,
    ),
    "a setting nobody can understand": (
        'Field(title="API token", description="A token that may read, change and erase contacts.")', "Field()",
        Suite.test_settings_can_be_filled_in_by_a_person,
    ),
    "erased by half of the address": (
        'one["email"].lower() == ask.body["email"].lower()', 'ask.body["email"].lower() in one["email"].lower()',
        lambda suite, it: suite.test_an_identifier_is_data_never_part_of_a_query(it, "o"),
    ),
    "the last of several": (
        'return Done({"oldest": found[0]["created_at"] if found else None})',
        'return Done({"oldest": None})', Suite.test_oldest_is_the_oldest,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tmp_path: Path) -> None:
    right, wrong, test = FAULTS[fault]
    with faulty(tmp_path, right, wrong) as it, pytest.raises((AssertionError, pytest.fail.Exception)):
        test(Suite(), it)


def test_the_right_one_passes_the_same_tests(tmp_path: Path) -> None:
    with faulty(tmp_path, "POLL = timedelta(minutes=5)", "POLL = timedelta(minutes=6)") as it:
        for fault, (_, _, test) in FAULTS.items():
            if fault != "erased by half of the address":
                it.ask("reset")
                test(Suite(), it)
