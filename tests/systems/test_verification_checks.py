"""Every promise check on real systems: a promise kept, one broken, and one that could not be told."""

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from pytest_django.live_server_helper import LiveServer
from requests_kit import ANA, NOW, World, asked, fill_in, loaded, person_of, publish, work_off, work_through, world

from troth import ground
from troth.consent import services as consent
from troth.demo import logs, product
from troth.evidence import services as evidence
from troth.people import register
from troth.policy.mechanisms import CHECKS
from troth.policy.model import Policy
from troth.requests import services as requests
from troth.systems import services as systems
from troth.systems.kit.identifiers import Identifiers
from troth.verification import services
from troth.verification.checks import every
from troth.verification.rules import Result
from troth.verification.world import World as Looked
from troth.versions import queries as versions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def around() -> Iterator[World]:
    for entry in list(register.erased()):
        register.close(entry)
    with world() as made:
        publish()
        yield made


@pytest.fixture
def folder(around: World, tmp_path: Path) -> Path:
    where = tmp_path / "logs"
    logs.write(where, NOW)
    around.systems["web-logs"] = logs.system(where)
    around.write()
    return where


def look(check: str, policy: Policy | None = None, **later: float) -> list[Result]:
    """What one check finds; it must change nothing, in the database or in the systems."""
    version = versions.current(NOW)
    assert version is not None
    if policy is not None:
        version = dataclasses.replace(version, policy=policy)
    before = rows()
    found = list(every()[check](Looked(NOW + timedelta(**later), version, systems.registry())))
    assert rows() == before
    assert all(result.check == check for result in found)
    assert all("@" not in f"{r.subject}{r.found}{r.details}" for r in found)
    return found


def rows() -> dict[str, Any]:
    """A digest of every table, with the number of sequence values used."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"select count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from \"{table}\" t"
            )
            found[table] = cursor.fetchone()
    return found


def outcomes(results: list[Result]) -> dict[str, str]:
    return {result.subject: result.outcome for result in results}


def test_the_checks_are_those_that_clauses_may_name() -> None:
    assert set(every()) == set(CHECKS)


# logs-in-period


def test_logs_kept(folder: Path) -> None:
    found = look("logs-in-period")
    assert [r.outcome for r in found] == ["kept"] * 3
    assert {r.where for r in found} == {
        "retention.website-logs",
        "retention.torque-logs",
        "retention.session-recordings",
    }


@pytest.mark.parametrize("name", ["access", "torque", "recordings"])
def test_logs_broken(folder: Path, name: str) -> None:
    logs.plant_old(folder, NOW, name)
    found = {r.subject.rpartition(" ")[2]: r for r in look("logs-in-period")}
    assert {each: r.outcome for each, r in found.items()} == {
        each: "broken" if each == name else "kept" for each in found
    }
    assert (found[name].next_step, "ago" in found[name].found) == ("run `troth sweep`", True)


def test_one_old_line_among_young_ones_is_found(folder: Path) -> None:
    logs.plant_mixed(folder, NOW)
    assert [r.outcome for r in look("logs-in-period")].count("broken") == 1


def test_logs_could_not_tell(folder: Path) -> None:
    (folder / "access-odd.log").write_text("a line without a time\n")
    assert sorted(r.outcome for r in look("logs-in-period")) == ["could not tell", "kept", "kept"]
    logs.plant_old(folder, NOW)  # what is known to be too old outranks what is not known
    assert sorted(r.outcome for r in look("logs-in-period")) == ["broken", "kept", "kept"]
    shutil.rmtree(folder)
    assert {r.outcome for r in look("logs-in-period")} == {"could not tell"}


def test_a_promised_period_that_no_system_keeps_is_not_silently_kept(around: World) -> None:
    found = look("logs-in-period")
    assert outcomes(found) == dict.fromkeys(["session-recordings", "torque-logs", "website-logs"], "could not tell")


# columns-declared


def test_columns(around: World) -> None:
    assert outcomes(look("columns-declared")) == {"Product database": "kept"}
    planted = product.plant_column(around.product)
    try:
        (found,) = look("columns-declared")
        assert (found.outcome, found.details["undeclared"]) == ("broken", [planted])
    finally:
        product.unplant(around.product)
    around.write(product={**around.systems["product"], "url": "postgresql://127.0.0.1:9/nowhere"})
    assert outcomes(look("columns-declared")) == {"Product database": "could not tell"}
    around.write(product=None)
    assert outcomes(look("columns-declared")) == {"Databases": "excluded"}


# marketing-consented


def subscribed(around: World) -> None:
    fill_in(ANA)
    work_through()


def test_marketing_kept_and_broken_by_a_withdrawal_that_did_not_arrive(around: World) -> None:
    subscribed(around)
    (found,) = look("marketing-consented")
    assert (found.outcome, found.details["marketed"]) == ("kept", 1)
    consent.withdraw_events(person_of(ANA), purposes=None, touchpoint=None, how="link", now=NOW)
    (found,) = look("marketing-consented")
    assert (found.outcome, found.details["not_holding"]) == ("broken", 1)


def test_marketing_to_somebody_unknown_is_broken(around: World) -> None:
    subscribed(around)
    person = person_of(ANA)
    from troth.people import services as people

    people.erase(person, now=NOW)
    (found,) = look("marketing-consented")
    assert (found.outcome, found.details["unknown_here"]) == ("broken", 1)


def test_marketing_could_not_tell(around: World) -> None:
    around.down("hubspot")
    assert outcomes(look("marketing-consented")) == {"HubSpot": "could not tell"}
    around.write(hubspot=None)
    assert outcomes(look("marketing-consented")) == {"Marketing lists": "excluded"}


# recipients-covered


def changed(**fields: object) -> Policy:
    policy = loaded().policy
    assert policy is not None
    return Policy.model_validate({**policy.model_dump(mode="json"), **fields})


def recipients_with(**change: object) -> Policy:
    policy = loaded().policy
    assert policy is not None
    plain = policy.model_dump(mode="json")["recipients"]
    return changed(recipients={**plain, "hubspot": {**plain["hubspot"], **change}})


def test_recipients(around: World) -> None:
    assert set(outcomes(look("recipients-covered")).values()) <= {"kept"}
    bare = recipients_with(countries=["CN"], mechanisms=[])
    assert outcomes(look("recipients-covered", bare))["HubSpot"] == "broken"
    over = [{"country": "CN", "kind": "scc", "since": "2020-01-01", "until": "2021-01-01"}]
    assert (
        outcomes(look("recipients-covered", recipients_with(countries=["CN"], mechanisms=over)))["HubSpot"] == "broken"
    )
    now = [{"country": "CN", "kind": "scc", "since": "2020-01-01"}]
    assert outcomes(look("recipients-covered", recipients_with(countries=["CN"], mechanisms=now)))["HubSpot"] == "kept"
    nowhere = recipients_with(countries=[], mechanisms=[])
    assert outcomes(look("recipients-covered", nowhere))["HubSpot"] == "could not tell"


# requests-on-time


def test_requests(around: World) -> None:
    assert [r.outcome for r in look("requests-on-time")] == ["kept"]
    requests.receive("access", "unconfirmed@example.org", now=NOW)
    asked("access", ANA)
    assert [r.outcome for r in look("requests-on-time", days=3)] == ["kept"]
    assert [r.outcome for r in look("requests-on-time", days=28)] == ["warned"]
    assert [r.outcome for r in look("requests-on-time", days=40)] == ["broken"]
    work_through()
    assert [r.outcome for r in look("requests-on-time", days=40)] == ["kept"]


def test_an_answer_in_part_is_late_too(around: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from troth.requests.services import steps

    monkeypatch.setattr(steps, "MOST_ATTEMPTS", 1)
    around.down("hubspot")
    asked("erasure", ANA)
    work_through()
    assert [r.outcome for r in look("requests-on-time", days=40)] == ["broken"]


# erased-absent


def test_erased_people(around: World) -> None:
    assert outcomes(look("erased-absent")) == {"Vault": "excluded"}
    fill_in(ANA)
    work_through()
    asked("erasure", ANA)
    work_through()
    kept = {"Vault": "kept", "Salesforce": "kept", "HubSpot": "kept", "Product database": "kept"}
    assert outcomes(look("erased-absent")) == kept
    around.ask("salesforce", "seed", records=[{"kind": "Lead", "Email": ANA, "LastName": "x", "Company": "x"}])
    around.down("hubspot")
    assert outcomes(look("erased-absent")) == {**kept, "Salesforce": "broken", "HubSpot": "could not tell"}
    around.ask("hubspot", "reset")
    around.ask("salesforce", "reset")
    around.ask("salesforce", "seed", custom_fields=[])
    fill_in(ANA, now=ground.clock() + timedelta(minutes=1))  # a new start is not a failed erasure
    found = look("erased-absent")
    assert outcomes(found) == {"Vault": "kept"}
    assert "1 came back" in found[0].found


def test_somebody_who_is_still_in_the_vault_is_not_gone(around: World) -> None:
    fill_in(ANA, now=NOW)
    person, who = person_of(ANA), Identifiers(email=(ANA,))
    later = ground.clock() + timedelta(minutes=1)
    register.note_erased(person, register.hashes(who), register.seal(person, who), later, later)
    assert outcomes(look("erased-absent"))["Vault"] == "broken"


# notice-current


def serve(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    told = dataclasses.replace(ground.settings(), public_url=url.rstrip("/"))
    monkeypatch.setattr(ground, "settings", lambda: told)


def test_notice(around: World, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, live_server.url)
    (found,) = look("notice-current")
    assert (found.outcome, "every label found" in found.found) == ("kept", True)
    renamed = recipients_with(name="Hub Of Spots", published_as=None)
    (found,) = look("notice-current", renamed)
    assert (found.outcome, found.details["missing"]) == ("broken", ["Hub Of Spots"])
    version = versions.latest()
    assert version is not None
    newer = dataclasses.replace(version, digest="0" * 64)
    (found,) = every()["notice-current"](Looked(NOW, newer, systems.registry()))
    assert (found.outcome, "digest" in found.found) == ("broken", True)
    serve(monkeypatch, "http://127.0.0.1:9")
    assert [r.outcome for r in look("notice-current")] == ["could not tell"]


# evidence-intact


def test_evidence(around: World) -> None:
    fill_in(ANA)
    evidence.checkpoint(NOW)
    assert [r.outcome for r in look("evidence-intact")] == ["kept"]
    with connection.cursor() as cursor:
        cursor.execute("alter table evidence_entry disable trigger user")
        cursor.execute(
            "update evidence_entry set body = replace(encode(body,'escape'), 'T', 'X')::bytea where position = 1"
        )
        cursor.execute("alter table evidence_entry enable trigger user")
    assert [r.outcome for r in look("evidence-intact")] == ["broken"]


def test_evidence_could_not_tell(around: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from troth.evidence import signing

    evidence.checkpoint(NOW)
    bad = tmp_path / "key"
    bad.write_text("not a key")
    told = dataclasses.replace(ground.settings(), evidence_key_file=bad)
    monkeypatch.setattr(ground, "settings", lambda: told)
    if hasattr(signing.signer, "cache_clear"):
        signing.signer.cache_clear()
    version = versions.latest()
    assert version is not None
    done = services._run("evidence-intact", every()["evidence-intact"], Looked(NOW, version, systems.registry()))
    if hasattr(signing.signer, "cache_clear"):
        signing.signer.cache_clear()
    assert [r.outcome for r in done] == ["could not tell"]


# deliveries-declared


def test_deliveries(around: World) -> None:
    fill_in(ANA)
    work_off()
    (found,) = look("deliveries-declared")
    assert found.outcome == "kept"
    for change in ("recipient = 'zoom'", "items = items || '{password}'", "row = 'nowhere'"):
        with connection.cursor() as cursor:
            cursor.execute("create temp table kept as select * from sharing_disclosure")
            cursor.execute(
                f"update sharing_disclosure set {change} where id = (select min(id) from sharing_disclosure)"
            )
            (found,) = look("deliveries-declared")
            assert (found.outcome, len(found.details["lines"])) == ("broken", 1), change
            cursor.execute(
                "update sharing_disclosure d set recipient = k.recipient, items = k.items, row = k.row"
                " from kept k where k.id = d.id"
            )
            cursor.execute("drop table kept")


# reviews-current


def test_reviews(around: World) -> None:
    assert [r.outcome for r in look("reviews-current")] == ["kept"]
    fill_in(ANA)
    assert [r.outcome for r in look("reviews-current")] == ["kept"]
    (found,) = look("reviews-current", days=400)
    assert (found.outcome, found.details["due"] > 0) == ("warned", True)


def test_a_check_that_cannot_read_the_database_hides_no_other(around: World) -> None:
    with psycopg.connect(ground.database_url()) as _, connection.cursor() as cursor:
        cursor.execute("alter table sharing_disclosure rename to elsewhere")
        try:
            done = services.run(NOW, only=["deliveries-declared", "reviews-current"])
        finally:
            cursor.execute("alter table elsewhere rename to sharing_disclosure")
    assert {r.check: r.outcome for r in done.results} == {
        "deliveries-declared": "could not tell",
        "reviews-current": "kept",
    }
