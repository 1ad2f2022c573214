"""TILT out and in: what is carried, what is reported, and what a policy and back again keeps."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from troth.exports.tilt import Imported, NotTilt, document, left_out, read
from troth.exports.tilt.meanings import bases, country, period
from troth.exports.tilt.names import Names, slug
from troth.exports.tilt.source import clean
from troth.policy.load import Loaded, load_policy, load_texts
from troth.policy.model import Policy

HERE = Path(__file__).parent
DIRTY = (HERE.parent / "cases" / "tilt" / "dirty.json").read_bytes()
RIGHTS = {"access", "rectification", "erasure", "portability", "withdraw-consent", "complaint"}


@pytest.fixture(scope="module")
def quali() -> Policy:
    return load_policy(HERE.parents[1] / "policies" / "quali", today=date(2026, 6, 1))


@pytest.fixture(scope="module")
def dirty() -> Imported:
    return read(DIRTY)


def raw(value: Any) -> bytes:
    return json.dumps(value).encode()


def tilt(**parts: Any) -> dict[str, Any]:
    return {"meta": {"name": "Example", "modified": "2026-01-02T03:04:05", "language": "en"}, **parts}


def disclosed(**parts: Any) -> Imported:
    return read(raw(tilt(dataDisclosed=[{"category": "Contact data", **parts}])))


def loaded(made: Imported) -> Loaded:
    return load_texts(made.files, today=date(2026, 6, 1))


def reading(made: Imported) -> list[str]:
    """Problems with the files as such: none may be left by an import."""
    return [f"{p.code} {p.message}" for p in loaded(made).problems if p.code < "T-0100"]


def lost(made: Imported) -> dict[str, str]:
    return {one.path: one.reason for one in made.lost}


# Out


def test_a_document_has_the_parts_of_tilt(quali: Policy) -> None:
    made = document(quali)
    assert list(made)[:5] == ["meta", "controller", "dataProtectionOfficer", "dataDisclosed", "thirdCountryTransfers"]
    entry = made["dataDisclosed"][0]
    assert entry["legalBases"][0]["reference"] == "GDPR-6-1-f"
    assert entry["recipients"][0] == {"name": "HubSpot", "country": "US", "category": "processor: Marketing"}
    logs = made["dataDisclosed"][1]
    assert logs["category"] == "Log files"
    assert logs["storage"][0]["temporal"] == [{"description": "60 days after the line was logged", "ttl": "P60D"}]
    assert {r["name"] for r in logs["recipients"]} == {"Cloudflare", "Pantheon"}


def test_what_is_not_said_is_empty_and_null_only_where_no_text_fits(quali: Policy) -> None:
    def nulls(value: Any, key: str = "") -> set[str]:
        if isinstance(value, dict):
            return {name for k, v in value.items() for name in nulls(v, k)}
        if isinstance(value, list):
            return {name for v in value for name in nulls(v, key)}
        return {key} if value is None else set()

    yes_or_no = {"legalRequirement", "contractualRegulation", "obligationToProvide", "publiclyAvailable", "available"}
    assert nulls(document(quali)) <= yes_or_no | {"amount"}


def test_the_same_policy_gives_the_same_document(quali: Policy) -> None:
    assert document(quali) == document(quali)
    assert json.loads(json.dumps(document(quali))) == document(quali)


def test_the_hash_is_of_the_document_without_it(quali: Policy) -> None:
    made = document(quali)
    said = made["meta"].pop("_hash")
    assert said == hashlib.sha256(rfc8785.dumps(made)).hexdigest()


def test_what_tilt_cannot_say_is_named(quali: Policy) -> None:
    told = left_out(quali)
    assert "the right “Objection”" in told
    assert "cookies by name" in told
    assert not [t for t in told if "Portability" in t]


# There and back


def test_marks_of_a_web_page_are_read_as_letters() -> None:
    said = {"category": "the &#34;User Agent&#34; &amp; more&nbsp;&#8;", "purposes": [{"purpose": "R&D"}]}
    made = read(json.dumps({"meta": {}, "controller": {"name": "A &lt;b&gt;"}, "dataDisclosed": [said]}).encode())
    words = "\n".join(made.files.values())
    assert 'the "User Agent" & more' in words
    assert "A <b>" in words
    assert "R&D" in words
    assert "&#34;" not in words


def test_round_trip_keeps_what_tilt_can_say(quali: Policy) -> None:
    made = read(raw(document(quali)))
    again = loaded(made)
    assert made.whole
    assert not [p for p in again.problems if p.code < "T-0200"]
    carried = _facts(made)
    assert carried["purposes"] == {p.label for p in quali.purposes.values()}
    assert carried["recipients"] == {quali.recipients[r].name for r in _used_recipients(quali)}
    assert carried["touchpoints"] == {t.title for t in quali.touchpoints.values()}
    assert carried["rights"] == RIGHTS


def test_round_trip_keeps_the_basis_of_each_purpose(quali: Policy) -> None:
    from troth.policy.tree import parse

    tree, _ = parse(read(raw(document(quali))).files["touchpoints.yaml"], "touchpoints.yaml")
    first: Any = tree.data["touchpoints"]
    rows = first["when-you-browse-or-visit-our-website"]["rows"]
    assert [p["relies_on"] for p in rows[0]["purposes"]] == [
        p.relies_on for p in quali.touchpoints["browse-website"].rows[0].purposes
    ]


def _used_recipients(policy: Policy) -> set[str]:
    return {r.recipient for t in policy.touchpoints.values() for row in t.rows for r in row.receivers}


def _facts(made: Imported) -> dict[str, set[str]]:
    from troth.policy.tree import parse

    def section(file: str, name: str) -> Any:
        return parse(made.files[file], file)[0].data[name]

    return {
        "purposes": {p["label"] for p in section("purposes.yaml", "purposes").values()},
        "recipients": {r["name"] for r in section("recipients.yaml", "recipients").values()},
        "touchpoints": {t["title"] for t in section("touchpoints.yaml", "touchpoints").values()},
        "rights": {r["kind"] for r in section("rights.yaml", "rights").values()},
    }


# In


def test_a_dirty_document_gives_readable_files(dirty: Imported) -> None:
    assert reading(dirty) == []
    # what the document leaves out is an error of the policy, at its place
    missing = [(p.code, p.message) for p in loaded(dirty).problems if "T-0100" < p.code < "T-0200"]
    assert missing == [("T-0101", "row 1 of touchpoint `kontaktdaten` has no `retention`")]


def test_every_value_is_carried_or_reported(dirty: Imported) -> None:
    said = lost(dirty)
    assert said["$.dataDisclosed[2].legalBases[3].reference"] == "not understood"
    assert said["$.dataDisclosed[2].legalBases[4]"] == "wrong type"
    assert said["$.dataDisclosed[2].recipients[2].country"] == "not understood"
    assert said["$.dataDisclosed[2].storage[0].temporal[0].ttl"] == "not understood"
    assert said["$.dataDisclosed[3]"] == "wrong type"
    assert said["$.changesOfPurpose[0].description"] == "kept as words"
    counted = sum(one.counts for one in dirty.lost)
    assert (dirty.carried, dirty.whole) == (dirty.total - counted, False)


def test_the_report_quotes_nothing_of_the_document(dirty: Imported) -> None:
    told = " ".join(f"{one.path} {one.says}" for one in dirty.lost)
    for word in ("Versand", "Landesbeauftragte", "Platz 3", "Facebook", "siehe oben", "Adresse"):
        assert word not in told


def test_words_are_understood(dirty: Imported) -> None:
    files = dirty.files
    assert "country: DE" in files["policy.yaml"]
    assert "address: Hauptstr. 1, 12345 Ort" in files["policy.yaml"]
    assert "period: P2W" in files["retention.yaml"]
    assert "kind: scc" in files["recipients.yaml"]
    assert "Auskunft verlangen" in files["rights.yaml"]
    assert "portability" not in files["rights.yaml"]
    assert "source: Auskunfteien" in files["touchpoints.yaml"]
    assert "basis: legal obligation" in files["retention.yaml"]


def test_a_purpose_relies_on_what_its_words_fit(dirty: Imported) -> None:
    text = dirty.files["touchpoints.yaml"]
    assert "purpose: bestellung-der-leistung\n            relies_on: contract" in text
    assert "purpose: newsletter\n            relies_on: consent" in text


def test_nothing_is_made_up_where_the_document_is_silent() -> None:
    made = disclosed(purposes=[{"purpose": "Answer you"}])
    text = made.files["touchpoints.yaml"]
    for key in ("bases", "relies_on", "retention", "without", "recipients"):
        assert f"\n        {key}:" not in text
    assert "# bases: the document names none here" in text
    codes = {p.code for p in loaded(made).problems if p.stops and p.where.startswith("touchpoints")}
    assert codes == {"T-0101"}


def test_none_is_not_the_same_as_not_stated() -> None:
    none = disclosed(recipients=[{"name": None, "category": "none"}]).files["touchpoints.yaml"]
    silent = disclosed(recipients=[{"name": None, "category": []}]).files["touchpoints.yaml"]
    assert "recipients: []" in none
    assert "recipients: []" not in silent


@pytest.mark.parametrize(
    ("storage", "said"),
    [
        ({"temporal": [{"ttl": "P7D"}]}, "period: P7D"),
        ([{"temporal": [{"ttl": "P7D"}, {"ttl": "P30D"}], "aggregationFunction": "max"}], "period: P30D"),
        ([{"temporal": [{"ttl": "P7D"}, {"ttl": "P30D"}], "aggregationFunction": "min"}], "period: P7D"),
        ([{"temporal": [{"ttl": "P7D"}], "purposeConditional": ["while needed"]}], "until: unneeded"),
        (
            [{"temporal": [{"ttl": "P7D"}], "purposeConditional": ["while needed"], "aggregationFunction": "min"}],
            "period: P7D",
        ),
        ([{"temporal": ["deleted after 14 days"]}], "period: P14D"),
        ("deleted after 14 days", None),
    ],
)
def test_storage(storage: Any, said: str | None) -> None:
    made = disclosed(storage=storage)
    assert reading(made) == []
    if said:
        assert said in made.files["retention.yaml"]
    else:
        assert not made.whole


def test_decisions_by_machine_are_told_at_the_purposes() -> None:
    made = read(raw(tilt(automatedDecisionMaking={"inUse": True, "logicInvolved": None})))
    assert "decisions are made by machine" in made.files["purposes.yaml"]
    assert lost(made) == {"$.automatedDecisionMaking.inUse": "kept as words"}
    assert made.whole


def test_health_is_a_special_category() -> None:
    made = disclosed(subcategories=["Gesundheitszustand", "Name"]).files["data.yaml"]
    assert "dpv: pd:Health\n    special: true" in made
    assert made.count("special: true") == 1


def test_entries_with_nothing_in_them_are_no_touchpoints() -> None:
    empty = {"_id": [], "category": [], "purposes": [{"purpose": [], "description": None}], "nonDisclosure": {}}
    made = read(raw(tilt(dataDisclosed=[empty, empty])))
    assert "touchpoints: {}" in made.files["touchpoints.yaml"]
    assert made.whole


def test_a_source_that_could_be_several_touchpoints_is_given_to_none() -> None:
    entries = [{"category": "Name", "purposes": [{"purpose": p, "description": f"When you {p}"}]} for p in ("a", "b")]
    made = read(
        raw(tilt(dataDisclosed=entries, sources=[{"dataCategory": "Name", "sources": [{"description": "lists"}]}]))
    )
    text = made.files["touchpoints.yaml"]
    assert "# source of Name: lists" in text
    assert "source: lists" not in text.replace("# source of Name: lists", "")


@pytest.mark.parametrize(
    "content",
    [b"", b"no json", b"[]", b"{}", b"null", b'"x"', b"7", b"[[]]", b'{"other": 1}', b"\xff\xfe\x00", b"[" * 100_000],
)
def test_what_is_no_tilt_document_is_refused(content: bytes) -> None:
    with pytest.raises(NotTilt):
        read(content)


def test_a_file_in_another_encoding_is_read_and_reported() -> None:
    made = read(json.dumps(tilt(controller={"name": "Müller"}), ensure_ascii=False).encode("cp1252"))
    assert "Müller" in made.files["policy.yaml"]
    assert lost(made)["$"] == "not understood"


def test_hostile_texts_stay_texts() -> None:
    for text in (
        "no",
        "null",
        "1",
        "a: b",
        "- x",
        "# x",
        "&a",
        "*a",
        "{}",
        "'",
        '"',
        "x" * 5000,
        "\x00\x1b[31m",
        "%",
        "---",
    ):
        made = disclosed(purposes=[{"purpose": text, "description": text}])
        assert reading(made) == [], text


@pytest.mark.parametrize(
    ("reference", "description", "wanted"),
    [
        ("GDPR-6-1-f", None, ["legitimate interest"]),
        ("Art. 6 Abs. 1 lit. a der Verordnung (EU) 2016/679)", None, ["consent"]),
        ("Article 6(1)(c)", None, ["legal obligation"]),
        (None, "nach Artikel 6 Absatz 1 lit. b) DSGVO", ["contract"]),
        ("GDPR-6-1-b", "steps before a contract", ["pre-contract"]),
        ("GDPR-6-1-b", "Vertragsanbahnung und -erfüllung", ["contract"]),
        (None, "Einwilligung", ["consent"]),
        ("GDPR-6-1-e", None, ["public interest"]),
        (None, "lebenswichtige Interessen", ["vital interest"]),
        ("GDPR-9-2-f", None, ["legal claims"]),
        ("16-1-a", None, []),
        ("see above", None, []),
    ],
)
def test_bases(reference: str | None, description: str | None, wanted: list[str]) -> None:
    assert bases(reference, description) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("P7D", "P7D"),
        (" p2w ", "P2W"),
        ("2020-08-09T18:31:42P3Y6M4DT12H30M17S", "P3Y6M4DT12H30M17S"),
        ("nach spätestens sieben Tagen", "P7D"),
        ("two years", "P2Y"),
        ("12 Monate", "P12M"),
        ("24 hours", "PT24H"),
        ("30 Tage oder 60 Tage", None),
        ("bald", None),
        ("P", None),
    ],
)
def test_periods(said: str, wanted: str | None) -> None:
    assert period(said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("DE", "DE"),
        ("De", "DE"),
        ("Irland", "IE"),
        ("Germany", "DE"),
        ("UK", "GB"),
        ("SW", None),
        ("Norddeutsch", None),
    ],
)
def test_countries(said: str, wanted: str | None) -> None:
    assert country(said) == wanted


def test_ids_are_transliterated_and_unique() -> None:
    assert slug("Größe & Ärzte, Straße") == "groesse-aerzte-strasse"
    assert slug("訪問者") == ""
    names = Names("item")
    assert names.of("Name") == ("name", True)
    assert names.of("NAME") == ("name", False)
    assert names.of("Name!") == ("name-2", True)
    assert names.of("訪問者") == ("item", True)
    assert names.of("store") == ("store-2", True)


def test_clean() -> None:
    assert clean(" a\u2028b\x00\ufeff\ud800 \t c ") == "a b c"
