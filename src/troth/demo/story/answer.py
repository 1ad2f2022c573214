"""People ask: access, erasure, account deletion."""

import io
import json
import re
import zipfile
from typing import Any

from troth.demo import logs, product
from troth.demo.story.stage import Person, Stage, Wrong, must, until
from troth.evidence.offline import Unsound, verify_inclusion

VENDORS = ("salesforce", "hubspot", "zendesk", "okta")
PLACES = ("vault", *VENDORS, "product", "logs")


def ask(stage: Stage, kind: str, person: Person) -> None:
    """Ask on the privacy centre, and press the button behind the link of the mail."""
    path = f"/privacy/ask/{kind}/"
    known = set(links(stage, person, "/privacy/confirm/"))
    sent = stage.web.send(path, stage.web.get(path).form(), {"email": person.email})
    must("Look in your mail" in sent.text, "the page says to look in the mail", f"status {sent.status_code}")
    fresh = until(lambda: set(links(stage, person, "/privacy/confirm/")) - known, "a letter with a link to confirm")
    link = fresh.pop()
    done = stage.web.send(link, stage.web.get(link).form())
    must("Your request is confirmed" in done.text, "the request confirmed", f"status {done.status_code}")


def answered(stage: Stage, kind: str, person: Person) -> str:
    """Ask, and wait for the letter with the answer; returns its link."""
    known = set(links(stage, person, "/privacy/answer/"))
    ask(stage, kind, person)
    return until(lambda: set(links(stage, person, "/privacy/answer/")) - known, "a letter with the answer").pop()


def links(stage: Stage, person: Person, part: str) -> list[str]:
    return [link for letter in stage.web.letters(person.email) for link in letter.links if part in link]


def access(stage: Stage) -> dict[str, Any]:
    """The person is found in all seven places, and the package lists what each holds, nobody else's data among it."""
    link = answered(stage, "access", stage.visitor)
    package = fetch(stage, link, stage.visitor)
    told = json.loads(package["answer.json"])
    counts = {system["name"]: system["count"] for system in told["systems"]}
    must(all(counts.get(place) for place in PLACES), f"something found in each of {', '.join(PLACES)}", counts)
    names = {place: name for name in package for place in PLACES if place in name}
    must({*VENDORS, "product", "logs"} <= set(names), "a file for each system", sorted(package))
    everything = "\n".join(text for text in package.values())
    missing = [item for item, value in stage.visitor.values.items() if value not in everything]
    must(not missing, "every value the visitor gave", f"without {missing}")
    held = stage.sql("select ip::text from sessions where account_id = %s", stage.account(stage.visitor), product=True)
    must(held[0][0].partition("/")[0] in package["systems/product.csv"], "their sessions in the product", "none")
    strangers = [stage.other.email, stage.other.name, str(stage.account(stage.other)), "@example.net"]
    seen = [text for text in strangers if text in everything]
    must(not seen, "nothing of anybody else", seen)
    must("answer.html" in package, "a page to read", sorted(package))
    return {"found": {place: counts[place] for place in PLACES}, "files": sorted(package)}


def fetch(stage: Stage, link: str, person: Person) -> dict[str, str]:
    """The package behind the link, after the second check: file name → text."""
    asked = stage.web.send(link, stage.web.get(link).form())
    must("Enter the code" in asked.text, "a page that asks for the code", f"status {asked.status_code}")
    code = until(lambda: _code(stage, person), "a letter with the code")
    from troth.demo.story.page import Page

    form = next(form for form in Page(asked.text).forms if "code" in form.fields)
    reply = stage.web.send(link, form, {"code": code})
    must(reply.headers.get("content-type") == "application/zip", "a ZIP", f"status {reply.status_code}")
    with zipfile.ZipFile(io.BytesIO(reply.content)) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def _code(stage: Stage, person: Person) -> str | None:
    found = (re.search(r"The code is (\d{6})", letter.text) for letter in stage.web.letters(person.email))
    return next((match.group(1) for match in found if match), None)


def erasure(stage: Stage) -> dict[str, Any]:
    """Gone from all seven places by looking at each, and the proof leads to the signed log."""
    person, account = stage.visitor, stage.account(stage.visitor)
    posts = _posts(stage, account)
    others = logs.lines_about(stage.world.logs, stage.other.email)
    key = _key_file(stage)
    must(key.exists(), "the person's key before the erasure", "none")
    link = answered(stage, "erasure", person)
    left = {vendor: len(stage.held(vendor, person.email)) for vendor in VENDORS}
    left |= {"vault": _in_vault(stage), "key": int(key.exists())}
    left |= {"logs": logs.lines_about(stage.world.logs, person.email)}
    left |= product.rows_about(stage.product, person.email, account)
    must(not any(left.values()), "nothing left in any place", {name: n for name, n in left.items() if n})
    kept = logs.lines_about(stage.world.logs, stage.other.email)
    must(kept == others > 0, f"the {others} lines about another person as they were", kept)
    readable = stage.in_the_clear(person.email)
    must(not readable, "the address readable nowhere in the database", readable)
    emptied = stage.sql(
        "select count(*) from community_posts where id = any(%s) and author_id is null and not body = any(%s)",
        [post for post, _ in posts], [body for _, body in posts], product=True,
    )  # fmt: skip
    must(emptied == [(len(posts),)], f"{len(posts)} posts without author and without their words", emptied)
    proof = _proof(stage, link)
    return {"left": left, "posts_emptied": len(posts), "proof": proof}


def _key_file(stage: Stage) -> Any:
    name = stage.notes["person"].hex
    return stage.world.home / "keys" / "people" / name[:2] / name


def _in_vault(stage: Stage) -> int:
    person = stage.notes["person"]
    tables = ("people_record", "people_identifier", "consent_event", "sharing_disclosure", "collection_submission")
    held = [stage.sql(f'select count(*) from "{t}" where person_id = %s', person)[0][0] for t in tables]  # noqa: S608
    return int(sum(held) + stage.sql("select count(*) from people_person where id = %s", person)[0][0])


def _posts(stage: Stage, account: Any) -> list[tuple[int, str]]:
    rows = stage.sql("select id, body from community_posts where author_id = %s order by 1", account, product=True)
    must(bool(rows), "posts of this person in the community", "none")
    return [(row[0], row[1]) for row in rows]


def _proof(stage: Stage, link: str) -> dict[str, Any]:
    """The proof as the person downloads it, checked offline under the key that staff publish."""
    trusted = stage.troth("evidence", "key").out.strip()
    reply = stage.web.download(f"{link}proof/")
    must(reply.status_code == 200, "a proof behind the answer's link", reply.status_code)
    proof = reply.json()
    entry = json.loads(proof["entry"])
    must(set(PLACES) <= set(entry["facts"]["absent"]), f"looked again in {', '.join(PLACES)}", entry["facts"])
    try:
        verify_inclusion(proof["entry"], proof["proof"], trusted)
    except Unsound as problem:
        raise Wrong("a proof that leads to the signed log", str(problem)) from None
    forged = proof["entry"].replace("erasure.proven", "erasure.broken")
    try:
        verify_inclusion(forged, proof["proof"], trusted)
    except Unsound:
        return {"entry": entry["kind"], "position": proof["proof"]["position"], "of": proof["proof"]["size"]}
    raise Wrong("a proof that fits this entry alone", "it fits a forged one too")


def account_deletion(stage: Stage) -> dict[str, Any]:
    """Another person's account and sessions go; what they posted in public stays, without an author."""
    person, account = stage.other, stage.account(stage.other)
    posts = _posts(stage, account)
    answered(stage, "account-deletion", person)
    left = product.rows_about(stage.product, person.email, account)
    must(not any(left.values()), "no account, no session, nothing that names them", left)
    stay = stage.sql(
        "select id, body from community_posts where id = any(%s) and author_id is null order by 1",
        [post for post, _ in posts], product=True,
    )  # fmt: skip
    must(stay == posts, "the posts word for word, without author", f"{len(stay)} of {len(posts)} so")
    return {"account_and_sessions": "gone", "posts_up_without_author": len(stay)}
