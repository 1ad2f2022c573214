"""A package is made whatever a system answered."""

import io
import json
import zipfile
from datetime import UTC, datetime

from troth.requests import package
from troth.requests.package import Answer, FieldPart, FoundPart, SystemPart

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_half_a_character_from_a_vendor_does_not_keep_the_person_from_their_data() -> None:
    half = json.loads('"\\ud800 and the rest"')
    found = FoundPart("contact", "1", (FieldPart("note", "", half), FieldPart("email", "email", "ada@mail.example")))
    system = SystemPart("hubspot", "HubSpot", "done", 1, "", False, (found,))
    answer = Answer("REF", NOW, NOW, "C", "c", "ada@mail.example", (system,), (), (), (), (), (), ())
    with zipfile.ZipFile(io.BytesIO(package.build(answer))) as made:
        texts = [made.read(name).decode() for name in ("answer.html", "answer.json", "systems/hubspot.csv")]
    assert all("and the rest" in text and "ada@mail.example" in text for text in texts)
