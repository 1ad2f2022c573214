"""What is in the package: hostile values as text, everything Art. 15 asks, formulas that do not run."""

import csv
import io
import json
from html.parser import HTMLParser
from uuid import uuid4

import pytest
from requests_kit import ANA, NOW, World, asked, empty_queue, package_of, publish, work_through, world

from troth.people import services as people
from troth.systems.kit.identifiers import Identifiers
from troth.versions import queries as versions

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("http://evil.example","click")'


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def record(**values: str) -> None:
    from django.db import transaction

    version = versions.current(NOW)
    assert version is not None
    person = people.prepare(Identifiers(email=(ANA,)), now=NOW)
    row = next(r for r in version.policy.touchpoints["schedule-demo"].rows if not r.marketing)
    with transaction.atomic():
        people.store_record(
            person_id=person.id,
            version=version,
            touchpoint="schedule-demo",
            row=row.id,
            values=values,
            submission_id=uuid4(),
            now=NOW,
            source="form",
        )


def made(around: World) -> dict[str, str]:
    record(**{"email": ANA, "full-name": SCRIPT, "company": FORMULA})
    around.ask("hubspot", "seed", records=[{"email": ANA, "lastname": SCRIPT, "company": FORMULA}])
    asked("access", ANA)
    work_through()
    package = package_of(ANA)
    return {name: package.read(name).decode() for name in package.namelist()}


def test_values_stay_text_in_every_part() -> None:
    with world() as around:
        publish()
        package = made(around)
    tags = Tags()
    tags.feed(package["answer.html"])
    assert {"script", "img", "iframe", "link", "a"}.isdisjoint(tag for tag, _ in tags.seen)
    assert not [name for _, attributes in tags.seen for name in attributes if name.startswith("on")]
    assert "&lt;script&gt;" in package["answer.html"]
    for name, text in package.items():
        if not name.endswith(".csv"):
            continue
        for line in csv.reader(io.StringIO(text)):
            assert not [cell for cell in line if cell[:1] in "=@" and cell], name
    assert "'=HYPERLINK" in package["records.csv"]
    assert "'=HYPERLINK" in package["systems/hubspot.csv"]
    answer = json.loads(package["answer.json"])
    given = {value["item"]: value["value"] for value in answer["records"][0]["given"]}
    assert given == {"email": ANA, "full-name": SCRIPT, "company": FORMULA}
    hubspot = next(part for part in answer["systems"] if part["name"] == "hubspot")
    fields = {f["field"]: (f["item"], f["value"]) for f in hubspot["found"][0]["fields"]}
    assert fields["company"] == ("company", FORMULA)


def test_everything_article_15_asks_is_there() -> None:
    with world() as around:
        publish()
        package = made(around)
        empty_queue()
    answer = json.loads(package["answer.json"])
    (record_,) = answer["records"]
    assert record_["purposes"]
    assert record_["recipients"]
    assert record_["retention"]
    assert record_["source"] == "form"
    assert {part["name"] for part in answer["systems"]} == {"vault", "salesforce", "hubspot", "product"}
    assert answer["rights"]
    assert answer["transfers"]
    for heading in ("Where we looked", "What you gave us", "Who received it", "What you agreed to", "Your rights"):
        assert heading in package["answer.html"]
