"""Google Analytics: the suite, and what is peculiar to it: no confirmation, no join to known people, events unheard."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from troth.systems.conformance import Conformance, Record, Scenario, Subject
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered
from troth.systems.saas.google_analytics.double import ACCOUNT
from troth.systems.saas.google_analytics.identity import client_id, subjects
from troth.systems.sandbox.server import running

CLIENT, OTHER = "1234567890.1700000000", "5555555555.1600000000"
APP = "0123456789abcdef0123456789abcdef"


@cache
def keys() -> tuple[str, str]:
    """A private key and its public one, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_file(**changes: Any) -> str:
    return json.dumps({"client_email": ACCOUNT, "private_key": keys()[0], "private_key_id": "k1", **changes})


def hers(record: Record) -> bool:
    return (record.get("client_id") == CLIENT or record.get("app_instance_id") == APP) and not record["requested"]


SCENARIO = Scenario(
    vendor="google_analytics",
    settings={
        "property": "1000", "service_account": key_file(), "measurement_id": "G-SANDBOX",
        "api_secret": "sandbox-secret", "event": "purchase",
    },
    secret="service_account",
    person=Identifiers(device=(f"GA1.2.{CLIENT}", APP)),
    seed={
        "records": [
            {"client_id": CLIENT, "name": "page_view"},
            {"client_id": CLIENT, "name": "scroll", "user_id": "acc-1", "user_provided_data": "jo@example.org"},
            {"app_instance_id": APP, "name": "open"},
            {"client_id": OTHER, "name": "page_view"},
        ]
    },
    mine=hers,
    findings=None,
    outgoing=Outgoing("r-1", "shop", "row", ("analytics",), {"client-id": CLIENT}, False),
    oldest="(the setting tells)",
    stranger=Identifiers(device=("9.9", "f" * 32)),
    urls={"token_url": "", "collect_url": ""},
    custom=({}, "shoe_size"),
)  # fmt: skip


class TestGoogleAnalytics(Conformance):
    scenario = SCENARIO

    def test_oldest_is_the_oldest(self, it: Subject) -> None:
        """Analytics tells its setting only."""
        outcome = it.oldest()
        assert isinstance(outcome, Expires)
        assert outcome.on.startswith("fourteen months after each event; data of a user two months")
        assert "FOURTEEN_MONTHS" in outcome.setting


@pytest.fixture
def analytics() -> Iterator[Subject]:
    with running() as address:
        it = Subject(SCENARIO, address)
        yield it
        assert it.broken_contracts() == []


def test_a_deletion_is_told_as_taken_never_as_confirmed(analytics: Subject) -> None:
    analytics.seed()
    outcome = analytics.erase()
    assert isinstance(outcome, Done)
    assert outcome.evidence["confirmed_by_vendor"] is False
    assert outcome.evidence["by"] == {"clientId": 1, "appInstanceId": 1}
    assert [type(rest) for rest in outcome.remains] == [Expires, NotOffered]
    assert [record["client_id"] for record in analytics.records() if not record["requested"]] == [OTHER]
    analytics.ask("advance")
    assert [record["client_id"] for record in analytics.records()] == [OTHER]


WHO = Identifiers(email=("Jo.Doe@Gmail.com ", "jo@example.org"), phone=("+1 (555) 010",), account=("acc-1",))


def test_a_known_person_is_never_named_to_google_unless_the_settings_say_so(analytics: Subject) -> None:
    analytics.seed()
    assert analytics.erase(WHO) == Done({"requests": 0})
    assert [call["operation"] for call in analytics.ask("calls")] == []
    analytics.system = analytics.made(identified=True)
    outcome = analytics.erase(WHO)
    assert isinstance(outcome, Done)
    assert outcome.evidence["by"] == {"userId": 1, "userProvidedData": 3}
    assert [record["name"] for record in analytics.records() if record["requested"]] == ["scroll"]


def test_user_provided_data_is_normalised_as_google_wants_it() -> None:
    assert [value for _, value in subjects(WHO, identified=True)] == [
        "acc-1",
        "jodoe@gmail.com",
        "jo@example.org",
        "+1555010",
    ]


@pytest.mark.parametrize(
    ("device", "client"),
    [
        (CLIENT, CLIENT), (f"GA1.2.{CLIENT}", CLIENT), (f"GA1.1.{CLIENT}", CLIENT), (f" {CLIENT} ", CLIENT),
        ("018f3c1e-0000-7000-8000-000000000000", None), ("", None), ("1.2.3", None), ("jo@example.org", None),
    ],
)  # fmt: skip
def test_only_identifiers_in_analytics_own_form_are_client_ids(device: str, client: str | None) -> None:
    assert client_id(device) == client


def test_identifiers_of_other_systems_do_not_go_to_google(analytics: Subject) -> None:
    foreign = Identifiers(device=("018f3c1e-0000-7000-8000-000000000000", "hubspotutk-1"))
    assert analytics.erase(foreign) == Done({"requests": 0})
    assert analytics.ask("calls") == []


def test_an_event_that_is_no_purchase_counts_twice_and_can_be_told_apart(analytics: Subject) -> None:
    """What Google does: the docs and the capability table say so."""
    analytics.system = analytics.made(event="record_delivered")
    first, again = analytics.deliver(), analytics.deliver()
    assert first.evidence["id"] == again.evidence["id"]
    assert [record["transaction_id"] for record in analytics.mine()] == [first.evidence["id"]] * 2


@pytest.mark.parametrize(
    ("values", "consequence", "word"),
    [
        ({"client-id": "no-client"}, "stop", "client id"),
        ({"role": "jo@example.org"}, "stop", "e-mail address"),
        ({"role": "x" * 101}, "stop", "100 characters"),
    ],
)
def test_what_analytics_must_not_hold_is_not_sent(
    analytics: Subject, values: Mapping[str, str], consequence: str, word: str
) -> None:
    analytics.system = analytics.made(fields={"role": "role"})
    with analytics.trouble(consequence) as problem:
        analytics.deliver(**values)
    assert word in str(problem[0])
    assert analytics.records() == []


def test_an_event_google_would_drop_without_a_word_is_refused(analytics: Subject) -> None:
    analytics.system = analytics.made(fields={"role": "google_role"})
    with analytics.trouble("fix settings") as problem:
        analytics.deliver(role="chief")
    assert "NAME_RESERVED" in str(problem[0])
    assert analytics.records() == []


def test_delivering_needs_a_stream(analytics: Subject) -> None:
    for missing in ({"measurement_id": None}, {"api_secret": None}):
        analytics.system = analytics.made(**missing)
        with analytics.trouble("fix settings") as problem:
            analytics.deliver()
        assert "measurement_id" in str(problem[0])


def test_the_key_must_be_that_of_the_account(analytics: Subject) -> None:
    analytics.ask("seed", public_key=keys()[1])
    assert analytics.system.test() == Done({"account": "Sandbox"})
    another = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    wrong = another.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for text in (
        key_file(private_key=wrong),
        key_file(client_email="x@example.com"),
        key_file(private_key="no"),
        "{}",
        "[]",
    ):
        with analytics.trouble("fix settings") as problem:
            analytics.made(service_account=text).test()
        assert "PRIVATE" not in str(problem[0])


def test_another_property_asks_for_permissions(analytics: Subject) -> None:
    analytics.system = analytics.made(property="2000")
    with analytics.trouble("fix settings"):
        analytics.erase()
