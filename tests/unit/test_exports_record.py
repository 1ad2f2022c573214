"""The record of processing: what it says, and that tables read back as they were written."""

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from test_policy_cases import BASE

from troth.exports.record import as_csv, as_json, as_xlsx, record, table
from troth.exports.record.columns import columns
from troth.exports.record.values import Activity, Form, Record
from troth.exports.record.workbook import CUT, LONGEST
from troth.exports.record.written import guarded
from troth.policy.digest import digest
from troth.policy.load import load_policy, load_texts
from troth.policy.localise import localised
from troth.policy.model import Policy

DAY = date(2026, 6, 1)
FORMS: tuple[Form, ...] = ("controller", "processor")
SETS = ("art30", "cnil", "ico")
HOSTILE = ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\tx", "a\nb", 'a "b", c', "https://example.org", "12", "ü€😀")


@pytest.fixture(scope="module")
def quali() -> Policy:
    return load_policy(Path(__file__).parents[2] / "policies" / "quali", today=DAY)


@pytest.fixture(scope="module")
def kept(quali: Policy) -> Record:
    return record(quali, day=DAY)


def one(kept: Record, name: str) -> Activity:
    return next(a for a in kept.activities if a.id == name)


def cell(kept: Record, name: str, heading: str, which: str = "art30") -> str:
    headings, rows = table(kept, which)  # type: ignore[arg-type]
    row = next(row for row in rows if name in row)
    return row[next(i for i, said in enumerate(headings) if heading in said)]


def policy_of(old: str, new: str) -> Policy:
    """The small sound policy with a text replaced in its touchpoints."""
    text = BASE["touchpoints.yaml"]
    assert old in text
    loaded = load_texts({**BASE, "touchpoints.yaml": text.replace(old, new)}, today=DAY)
    assert loaded.policy is not None
    return loaded.policy


def test_every_row_is_in_exactly_one_record(quali: Policy) -> None:
    rows = {f"{tid}/{row.id}" for tid, t in quali.touchpoints.items() for row in t.rows}
    found = [a.id for form in FORMS for a in record(quali, form=form, day=DAY).activities if a.touchpoint]
    assert sorted(found) == sorted(rows)


def test_what_is_done_for_customers_stands_in_the_processors_record_only(quali: Policy, kept: Record) -> None:
    others = record(quali, form="processor", day=DAY)
    assert [a.touchpoint for a in others.activities] == ["cloudshell-support"]
    assert all(a.touchpoint != "cloudshell-support" for a in kept.activities)
    assert "customer" in cell(others, "cloudshell-support/main", "Controllers on whose behalf")


def test_further_uses_are_activities_of_their_own(quali: Policy, kept: Record) -> None:
    further = [a.id for a in kept.activities if a.touchpoint is None]
    assert further == list(quali.secondary_purposes)
    assert cell(kept, "fraud", "Recipients").splitlines()[0] == "inside: security, legal"


def test_a_further_use_of_some_items_concerns_those_who_gave_them(quali: Policy) -> None:
    first = next(iter(quali.secondary_purposes.values()))
    cv = first.model_copy(update={"items": ("cv",)})
    kept = record(quali.model_copy(update={"secondary_purposes": {"look": cv}}), day=DAY)
    holding = [t for t in quali.touchpoints.values() if any("cv" in row.item_ids for row in t.rows)]
    assert one(kept, "look").persons == tuple(dict.fromkeys(p for t in holding for p in t.persons))
    assert [d.id for d in one(kept, "look").data] == ["cv"]


def test_where_data_is_stored_and_the_group_belong_to_every_activity(kept: Record) -> None:
    for activity in kept.activities:
        assert "AWS: processor" in cell(kept, activity.id, "Recipients")
        transfers = cell(kept, activity.id, "Third countries")
        assert re.search(r"^United States, standard contractual clauses [^:]*: .*; Azure$", transfers, re.MULTILINE)
        assert "\nUnited States, intra-group agreement (Art. 46 GDPR): QualiSystems, Inc" in transfers


def test_countries_have_names_and_stand_once(quali: Policy, kept: Record) -> None:
    headings, rows = table(kept, "ico")
    there = rows[0][next(i for i, name in enumerate(headings) if name.startswith("Names of third countries"))]
    assert there.startswith("United States: HubSpot; Google; ")
    assert "\n" not in there
    german = record(localised(quali, "de"), day=DAY, language="de")
    assert "Vereinigte Staaten" in table(german, "art30")[1][0][12]
    assert german.responsible.group == ("QualiSystems, Inc (Vereinigte Staaten)",)


def test_an_update_is_the_day_of_the_version_and_the_beginning_is_not_made_up(kept: Record) -> None:
    headings, rows = table(kept, "cnil")
    said = dict(zip(headings, rows[0], strict=True))
    assert (said["Date de création"], said["Mise à jour"]) == ("", "2 Jun 2024")


def test_an_activity_says_what_article_30_asks(kept: Record) -> None:
    def said(heading: str) -> str:
        return cell(kept, "schedule-demo/main", heading)

    assert said("Purposes").splitlines() == ["Schedule and provide a demo", "Call you to coordinate the demo"]
    assert said("Legal bases") == "steps before a contract (Art. 6(1)(b) GDPR)"
    assert "Email Address" in said("Categories of personal data")
    assert said("Recipients").splitlines()[0] == "Salesforce: processor, CRM"
    assert re.search(r"^United States, standard contractual clauses.*: Salesforce; ", said("Third countries"))
    assert "reviewed 1 year after the last contact" in said("Time limits")
    assert "Technical measures" in said("Security measures")
    assert "QualiSystems Ltd., Israel" in said("Controller")
    assert "regulators" in said("Other disclosures")


def test_purposes_stand_with_the_basis_each_relies_on(kept: Record) -> None:
    bases = cell(kept, "browse-website/main", "Legal bases").splitlines()
    assert bases[0].startswith("legitimate interest (Art. 6(1)(f) GDPR): Provide our Website")
    assert bases[1].startswith("consent (Art. 6(1)(a) GDPR): Present you")


def test_several_time_limits_name_the_data_each_is_for(kept: Record) -> None:
    limits = cell(kept, "browse-website/main", "Time limits").splitlines()
    assert limits[0].startswith("Cookies, analytic tools: As long as the cookie")
    assert limits[1].startswith("Log files: 60 days")


def test_assumed_recipients_are_marked(kept: Record) -> None:
    assert cell(kept, "schedule-demo/marketing", "Recipients").splitlines()[0].endswith("(assumed)")


def test_none_and_not_stated_differ() -> None:
    none = record(policy_of("recipients: [mailer]", "recipients: []"), day=DAY)
    unsaid = record(policy_of("        recipients: [mailer]\n", ""), day=DAY)
    found = [next(a.id for a in kept.activities if not a.recipients and a.touchpoint) for kept in (none, unsaid)]
    assert cell(none, found[0], "Recipients") == "none"
    assert cell(unsaid, found[1], "Recipients") == "not stated"


def test_a_lapsed_mechanism_is_told_as_lapsed(quali: Policy) -> None:
    salesforce = quali.recipients["salesforce"]
    lapsed = salesforce.mechanisms[0].model_copy(update={"until": date(2025, 12, 31)})
    changed = quali.recipients | {"salesforce": salesforce.model_copy(update={"mechanisms": (lapsed,)})}
    kept = record(quali.model_copy(update={"recipients": changed}), day=DAY)
    assert "until 31 Dec 2025, not in force" in cell(kept, "schedule-demo/main", "Third countries")


def test_what_is_open_is_named(kept: Record) -> None:
    assert {o.where for o in kept.open} >= {"controller.address", "controller.dpo"}
    assert kept.digest
    assert kept.as_of == DAY


def test_the_record_carries_the_digest_of_the_policy(quali: Policy, kept: Record) -> None:
    assert kept.digest == digest(quali)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", SETS)
def test_csv_reads_back(quali: Policy, form: Form, which: str) -> None:
    kept = record(quali, form=form, day=DAY)
    raw = as_csv(kept, which)  # type: ignore[arg-type]
    assert raw.startswith(b"\xef\xbb\xbf")
    headings, *rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    wanted_headings, wanted = table(kept, which)  # type: ignore[arg-type]
    assert tuple(headings) == wanted_headings
    assert [tuple(row) for row in rows] == [tuple(guarded(c) for c in row) for row in wanted]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", SETS)
def test_xlsx_reads_back(quali: Policy, form: Form, which: str) -> None:
    kept = record(quali, form=form, day=DAY)
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(kept, which)))["Activities"]  # type: ignore[arg-type]
    found = [tuple(c.value or "" for c in row) for row in sheet.iter_rows()]
    headings, rows = table(kept, which)  # type: ignore[arg-type]
    assert found == [headings, *rows]
    assert sheet.freeze_panes == "C2"
    assert len(sheet.tables) == 1


def test_headings_of_a_set_differ(quali: Policy) -> None:
    for form in FORMS:
        for which in SETS:
            headings = [c.heading.lower() for c in columns(form, which)]  # type: ignore[arg-type]
            assert len(set(headings)) == len(headings)


def test_the_cover_says_whose_record_of_what_it_is(kept: Record) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(kept)))["Cover"]
    said = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=3)}
    assert said["Controller"] == "QualiSystems Ltd."
    assert said["Policy digest"] == kept.digest
    assert said["As of"] == "1 Jun 2026"


def test_the_same_record_gives_the_same_bytes(quali: Policy) -> None:
    first, second = record(quali, day=DAY), record(quali, day=DAY)
    assert as_xlsx(first) == as_xlsx(second)
    assert as_csv(first) == as_csv(second)
    assert as_json(first) == as_json(second)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_policy_says_becomes_a_formula_or_a_link(quali: Policy, text: str) -> None:
    changed = {pid: p.model_copy(update={"label": text}) for pid, p in quali.purposes.items()}
    kept = record(quali.model_copy(update={"purposes": changed}), day=DAY)
    cells = [c for row in csv.reader(io.StringIO(as_csv(kept).decode("utf-8-sig"), newline="")) for c in row]
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r"))]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(kept)))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(c.data_type in ("s", "n") and c.hyperlink is None for c in row)
            assert all(c.value is None or isinstance(c.value, str) for c in row)


def test_a_cell_too_long_for_a_workbook_says_so(quali: Policy) -> None:
    first = next(iter(quali.security))
    measure = quali.security[first].model_copy(update={"text": "x" * 40_000})
    kept = record(quali.model_copy(update={"security": quali.security | {first: measure}}), day=DAY)
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(kept)))["Activities"]
    longest = max((str(c.value) for row in sheet.iter_rows() for c in row), key=len)
    assert len(longest) == LONGEST
    assert longest.endswith(CUT)


def test_json_has_all_of_it(kept: Record) -> None:
    said = json.loads(as_json(kept))
    assert (said["format"], said["version"], said["as_of"]) == ("troth-record-of-processing", 1, "2026-06-01")
    demo = next(a for a in said["activities"] if a["id"] == "schedule-demo/main")
    assert demo["recipients"][0]["items"][0] == "Full Name"
    assert demo["purposes"][0]["basis"] == "pre-contract"


def test_an_empty_record_is_still_a_workbook() -> None:
    policy = load_texts(BASE, today=DAY).policy
    assert policy is not None
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(record(policy, form="processor", day=DAY))))["Activities"]
    assert sheet["A1"].value == "Reference"
    assert sheet["A2"].value is None
