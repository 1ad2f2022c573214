"""A REST system described in the systems file passes the suite that connectors of code pass."""

import json
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from docs_kit import DOCS, write

from troth.systems.conformance import Conformance, Scenario, Subject
from troth.systems.kit.base import Outgoing
from troth.systems.kit.capabilities import capabilities
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.systems.registry import load
from troth.systems.rest.system import RestSystem
from troth.systems.saas import manifest
from troth.systems.sandbox.server import running

JO = "jo.o'neil+x@example.org"
ENTRY = yaml.safe_load("""
token: sandbox-token
fields: {email: email, full-name: name}
test: {path: /v1/account, account: name}
find:
  method: POST
  path: /v1/contacts/search
  body: {email: "{email}"}
  rows: contacts
  next_cursor: {at: next, param: cursor}
erase: {method: POST, path: /v1/erasures, body: {contacts: ["{id}"]}, gone: "/v1/contacts/{id}"}
rectify: {method: PATCH, path: "/v1/contacts/{id}"}
suppress: {method: POST, path: /v1/unsubscribes, body: {email: "{email}"}}
deliver:
  path: /v1/contacts
  body: {marketing: "{marketing}"}
  key_header: Idempotency-Key
oldest: {path: /v1/contacts, params: {sort: created_at, limit: "1"}, rows: contacts, time: created_at}
""")


def home() -> Path:
    """The double of the page "A connector in an hour": an Acme of contacts."""
    folder = Path(tempfile.mkdtemp(prefix="troth-rest-"))
    write(folder, DOCS / "how-to" / "a-connector-in-an-hour.md")
    return folder / "troth-data" / "connectors"


class Described(Subject):
    """The same double, spoken to by the connector without code."""

    def connector(self) -> type[SaasSystem]:
        return type(self.system) if hasattr(self, "system") else RestSystem


class TestRest(Conformance):
    subject: ClassVar[type[Subject]] = Described
    scenario = Scenario(
        vendor="acme_crm",
        own=home(),
        settings=ENTRY,
        secret="token",
        person=Identifiers(email=(JO,)),
        seed={
            "records": [
                {"email": JO, "name": "Jo", "created_at": "2020-01-02T03:04:05Z"},
                {"email": JO.upper(), "name": "Jo"},
                {"email": "other@example.org", "name": "Other"},
            ]
        },
        mine=lambda record: record["email"].lower() == JO,
        findings=2,
        crowd=({"records": [{"email": JO, "name": f"Jo {n}"} for n in range(7)], "page_size": 3}, 7),
        changes={"full-name": "Jo O'Neil-Right"},
        rectified=lambda record: record["name"] == "Jo O'Neil-Right",
        suppressed=lambda state: JO in state["unsubscribed"],
        outgoing=Outgoing("rec-1", "contact-us", "row", ("sales",), {"email": JO, "full-name": "Jo O'Neil"}, False),
        oldest="2020-01-02T03:04:05",
    )


def test_an_erasure_is_not_done_while_its_rows_are_found() -> None:
    plot = TestRest.scenario
    with running(more=[manifest.home(plot.vendor, plot.own)]) as address:
        it = Described(plot, address)
        it.seed()
        hasty = it.made(erase={"method": "POST", "path": "/v1/erasures", "body": {"contacts": ["{id}"]}})
        with pytest.raises(SystemProblem, match="found after they were erased"):
            hasty.erase(plot.person, key="e")
        it.ask("advance")
        assert isinstance(hasty.erase(plot.person, key="e"), Done)


BASE = {"url": "https://a.example", "token": "t", "test": {"path": "/me", "account": "name"}}
FIND = {"path": "/p", "method": "POST", "body": {"q": "{email}"}}


def made(**entry: Any) -> SaasSystem:
    return RestSystem.from_config("desk", {**BASE, **entry}, Path())


def test_an_entry_offers_what_it_describes_and_says_why_not_the_rest() -> None:
    why = {"reason": "no such call", "source": "https://a.example/docs", "manual": "ask"}
    table = {one.verb: one for one in capabilities(type(made(find=FIND, instead={"erase": why})))}
    assert [verb for verb, one in table.items() if one.offered == "yes"] == ["find"]
    assert (table["erase"].reason, table["erase"].source, table["erase"].manual) == tuple(why.values())
    assert table["deliver"].reason


@pytest.mark.parametrize(
    ("entry", "told"),
    [({"find": {"path": "/p", "params": {"q": "{email}"}}}, "would stand in the url"),
     ({"find": {"path": "/p/{email}"}}, "identifiers of people go into the body"),
     ({"find": {"path": "//evil.example"}}, "begins with one"), ({"find": {"path": "/p"}}, "name one of"),
     ({"erase": {"path": "/p/{id}"}}, "need find"), ({"deliver": {"path": "/p"}}, "how is a repeated delivery known"),
     ({"find": FIND, "instead": {"find": {"reason": "r", "source": "s", "manual": "m"}}}, "leave one out"),
     ({"token": None}, "token is needed"), ({"find": {**FIND, "page_param": "p", "next_link": "n"}}, "in one way"),
     ({"find": {**FIND, "nonsense": 1}}, "nonsense"),
     ({"deliver": {"path": "/p", "key_header": "K", "body": {"a": "{email}"}}}, "means nothing here")],
)  # fmt: skip
def test_an_entry_that_cannot_be_meant_is_told(entry: dict[str, Any], told: str) -> None:
    with pytest.raises(SystemProblem, match=told) as caught:
        made(**entry)
    assert caught.value.consequence == "fix settings"


def test_it_stands_in_a_systems_file_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "systems.yaml"
    file.write_text(yaml.safe_dump({"systems": {"desk": {"connector": "rest", "title": "Desk", **BASE, "find": FIND}}}))
    assert load(file).get("desk").title == "Desk"


def test_a_value_is_never_read_as_a_template() -> None:
    from troth.systems.rest.fill import filled, path

    hostile = 'a"}, {key} {id}'
    assert filled({"q": ["x {email}"]}, {"email": hostile, "key": "K"}) == {"q": [f"x {hostile}"]}
    assert json.loads(json.dumps(filled({"q": "{email}"}, {"email": hostile}))) == {"q": hostile}
    assert path("/p/{id}", {"id": "../x?y#z"}) == "/p/..%2Fx%3Fy%23z"
