"""Publish, collect, share, and take consent back."""

from typing import Any

from troth.demo.story.stage import TOUCHPOINT, Stage, Wrong, must, until
from troth.demo.world import reference_policy

CONNECTED = ("salesforce", "hubspot")
ROOMS = ("people", "consent", "collection", "sharing", "requests", "messages", "evidence_entry", "work_")
"""How the names of the tables begin that a submission could leave something in."""


def publish(stage: Stage) -> dict[str, Any]:
    """The whole policy is published, and the notice shows it."""
    ran = stage.troth("publish", str(reference_policy()), "--json")
    must(ran.code == 0, "exit code 0", ran.err.strip()[-300:] or ran.code)
    version = ran.json["version"]
    stage.notes["version"] = version["number"]
    rows = stage.sql("select number, digest from versions_version where digest = %s", version["digest"])
    must(rows == [(version["number"], version["digest"])], "one stored version of this digest", rows)
    notice = stage.web.get("/notice/").text
    must(str(stage.policy_file["title"]) in notice, "the touchpoint's title on the notice page", notice[:100])
    forms = [link for link in stage.web.get("/forms/").links if link.startswith("/forms/") and link != "/forms/"]
    must(f"/forms/{TOUCHPOINT}/" in forms, f"the form of {TOUCHPOINT}", forms)
    return {"version": version["number"], "digest": version["digest"][:12], "forms": len(set(forms))}


def demo_request(stage: Stage) -> dict[str, Any]:
    """A visitor asks for a demo and ticks marketing, on the hosted form."""
    path = f"/forms/{TOUCHPOINT}/"
    form = stage.web.get(path).form()
    must(not form.ticked, "no box ticked beforehand", sorted(form.ticked))
    values = {f"item:{item}": value for item, value in stage.visitor.values.items()}
    missing = sorted(set(values) - set(form.fields))
    must(not missing, "a field for each declared item", f"no field for {missing}")
    done = stage.web.send(path, form, values, tick=("agree:marketing", "of-age"))
    must(done.status_code == 200 and "We have it" in done.text, "a confirmation", f"status {done.status_code}")
    key = form.fields["key"]
    person = stage.sql("select person_id, id from collection_submission where key = %s", key)
    must(len(person) == 1, "one stored submission", f"{len(person)}")
    stage.notes["person"], submission = person[0]
    rows = [r[0] for r in stage.sql('select "row" from people_record where submission_id = %s order by 1', submission)]
    must(rows == ["main", "marketing"], "records of the rows main and marketing", rows)
    given = stage.sql("select kind, purpose from consent_event where person_id = %s", stage.notes["person"])
    must(given == [("given", "send-marketing")], "consent to marketing in the ledger", given)
    readable = stage.in_the_clear(stage.visitor.email)
    must(not readable, "the address readable nowhere in the database", readable)
    return {"visitor": stage.visitor.email, "rows": rows, "consent": "send-marketing given", "readable_in_database": []}


def delivered(stage: Stage) -> dict[str, Any]:
    """Both sandboxes have the visitor, each with the items its row names and no other."""
    needed = _needed(stage.policy_file)
    got = {vendor: _arrived(stage, vendor, needed[vendor]) for vendor in CONNECTED}
    logged = until(lambda: _logged(stage, len(CONNECTED) + 1), "three lines of the disclosure log")
    for recipient, row, items in logged:
        declared = _needed_by_row(stage.policy_file).get((recipient, row))
        must(set(items) == declared, f"{recipient} told of {sorted(declared or ())}", sorted(items))
    subscribed = until(
        lambda: stage.visitor.email in stage.sandbox("hubspot")["subscribed"], "subscribed to marketing in HubSpot"
    )
    waiting = stage.sql(
        "select t.status from work_stafftask t join sharing_delivery d on d.id::text = t.subject_id "
        "where t.kind = 'delivery' and d.recipient = 'apollo' and d.person_id = %s",
        stage.notes["person"],
    )
    must(waiting == [("open",)], "one open staff task for Apollo, which has no connector", waiting)
    return {
        **{vendor: sorted(items) for vendor, items in got.items()},
        "disclosure_log": [f"{recipient}/{row}" for recipient, row, _ in logged],
        "subscribed": subscribed,
        "apollo": "with staff",
    }


def _needed_by_row(touchpoint: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """(recipient, row) → items, as the policy's file names them."""
    return {
        (receiver["recipient"], row["id"]): set(receiver["items"])
        for row in touchpoint["rows"]
        for receiver in (*row.get("recipients", ()), *row.get("assumed_recipients", ()))
    }


def _needed(touchpoint: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for (recipient, _), items in _needed_by_row(touchpoint).items():
        found[recipient] = found.get(recipient, set()) | items
    return found


def _arrived(stage: Stage, vendor: str, needed: set[str]) -> set[str]:
    return until(lambda: _complete(stage, vendor, needed), f"{vendor} holding exactly {', '.join(sorted(needed))}")


def _complete(stage: Stage, vendor: str, needed: set[str]) -> set[str] | None:
    """The items of the visitor that a vendor holds, once they are as many as it needs. Raises Wrong for any other."""
    records = stage.held(vendor, stage.visitor.email)
    text = "\n".join(str(value) for record in records for value in record.values())
    held = {item for item, value in stage.visitor.values.items() if all(part in text for part in _parts(item, value))}
    if held - needed:
        raise Wrong(f"{vendor} holding only {sorted(needed)}", sorted(held))
    if len(records) > 1:
        raise Wrong(f"one record in {vendor}", f"{len(records)}")
    return held if held == needed else None


def _parts(item: str, value: str) -> list[str]:
    """A vendor may keep a name in two fields."""
    return value.split() if item == "full-name" else [value]


def _logged(stage: Stage, lines: int) -> list[tuple[Any, ...]] | None:
    found = stage.sql(
        'select recipient, "row", items from sharing_disclosure where person_id = %s order by id', stage.notes["person"]
    )
    return found if len(found) == lines else None


def undeclared_refused(stage: Stage) -> dict[str, Any]:
    """Undeclared, missing, malformed: all reasons at once, and not one row more anywhere."""
    before = _rows(stage)
    url, key = f"/api/v1/touchpoints/{TOUCHPOINT}/submissions", f"story-{stage.run}-refused"
    values = {"email": "no address", "shoe-size": "44", "jobtitle": "Head of shoes"}
    reply = stage.web.post_json(url, {"notice_version": stage.notes["version"], "values": values}, key=key)
    must(reply.status_code == 422, "status 422", reply.status_code)
    must("problem+json" in reply.headers["content-type"], "a problem document", reply.headers["content-type"])
    told = {(reason["code"], reason["field"]) for reason in reply.json()["reasons"]}
    expected = {
        ("not-declared", "shoe-size"),
        ("not-declared", "jobtitle"),
        ("missing", "full-name"),
        ("wrong-format", "email"),
        ("under-age", "of_age"),
    }
    must(told == expected, sorted(expected), sorted(told))
    broken = stage.web.post_bytes(url, b'{"values": ', key=key)
    huge = stage.web.post_bytes(url, b'{"values": {"email": "' + b"x" * 4_000_000 + b'"}}', key=key)
    for name, answer in (("malformed", broken), ("oversized", huge)):
        must(400 <= answer.status_code < 500, f"4xx for the {name} one", answer.status_code)
        must(
            "problem+json" in answer.headers["content-type"], f"a problem document for the {name} one", answer.text[:80]
        )
    after = _rows(stage)
    changed = sorted(table for table in after if after[table] != before.get(table))
    must(not changed, "no row more in any table", changed)
    statuses = {"malformed": broken.status_code, "oversized": huge.status_code}
    return {"status": 422, "reasons": sorted(code for code, _ in told), **statuses, "rows_stored": 0}


def _rows(stage: Stage) -> dict[str, int]:
    names = [table for table in stage.tables() if table.startswith(ROOMS)]
    return {table: stage.sql(f'select count(*) from "{table}"')[0][0] for table in names}  # noqa: S608


def consent_withdrawn(stage: Stage) -> dict[str, Any]:
    """With the link of the mail, without any further proof; HubSpot then has them unsubscribed."""
    letters = stage.web.letters(stage.visitor.email)
    links = [link for letter in letters for link in letter.links if "/privacy/choices/" in link]
    must(bool(links), "a letter with a link that takes the consent back", f"{len(letters)} letters without one")
    page = stage.web.get(links[0])
    done = stage.web.send(links[0], page.form(button=TOUCHPOINT), button=TOUCHPOINT)
    must("Withdrawn" in done.text, "the page says it is withdrawn", f"status {done.status_code}")
    state = stage.sql("select kind from consent_event where person_id = %s order by id", stage.notes["person"])
    must(state[-1:] == [("withdrawn",)], "withdrawn in the ledger", state)
    until(lambda: stage.visitor.email not in stage.sandbox("hubspot")["subscribed"], "HubSpot has them unsubscribed")
    statuses = stage.sandbox("hubspot")["statuses"].get(stage.visitor.email, {})
    told = {number: held["status"] for number, held in statuses.items()}
    must(told.get("1001") == "UNSUBSCRIBED", "the marketing subscription UNSUBSCRIBED", told)
    return {"clicks": 1, "hubspot": told}
