"""A whole run: its results kept with evidence, its exit code, its two renderings."""

import json
from collections.abc import Iterator

import pytest
from requests_kit import NOW, World, publish, world
from typer.testing import CliRunner

from troth import ground
from troth.cli.main import app
from troth.demo import product
from troth.evidence import queries as log
from troth.policy.mechanisms import CHECKS
from troth.verification import queries, services

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def around() -> Iterator[World]:
    with world() as made:
        yield made


def verify(*args: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["verify", *args])
    return done.exit_code, done.output


def test_a_run_is_kept_with_its_evidence_and_read_back_as_it_was(around: World) -> None:
    publish()
    done = services.run(NOW)
    assert {result.check for result in done.results} == set(CHECKS)
    assert queries.latest() == done
    assert queries.history() == (done,)
    (entry,) = log.entries(kind="verify.run")
    assert entry.facts["version"] == done.version
    assert entry.facts["kept"] == done.counts["kept"]


def test_the_command_s_json_and_exit_codes(around: World) -> None:
    publish()
    code, text = verify("--only", "columns-declared", "--json")
    told = json.loads(text)
    assert code == 0
    assert set(told) == {"at", "version", "counts", "results"}
    assert set(told["counts"]) == {"kept", "broken", "warned", "could not tell", "excluded"}
    fields = {"check", "subject", "outcome", "expected", "found", "where", "next_step", "details"}
    assert [set(result) for result in told["results"]] == [fields]
    around.down("hubspot")
    both = ("--only", "columns-declared", "--only", "marketing-consented")
    code, text = verify(*both)
    assert code == 3
    assert "could not tell" in text
    product.plant_column(around.product)
    try:
        code, text = verify(*both)
    finally:
        product.unplant(around.product)
    assert code == 1  # a broken promise outranks one that could not be told
    assert "accounts.birth_date" in text
    assert "next: " in text


def test_usage_and_nothing_published(around: World) -> None:
    assert verify()[0] == 3
    publish()
    code, text = verify("--only", "everything")
    assert code == 2
    assert "columns-declared" in text


def test_a_systems_file_that_cannot_be_read_leaves_the_other_checks(around: World) -> None:
    publish()
    ground.settings().systems_file.write_text("systems: [")
    done = services.run(NOW, only=["columns-declared", "recipients-covered", "logs-in-period"])
    found = {result.check: result for result in done.results}
    assert (found["columns-declared"].outcome, found["logs-in-period"].outcome) == ("could not tell",) * 2
    assert "systems.yaml" in found["columns-declared"].found
    assert found["recipients-covered"].outcome == "kept"
