"""What the tests of AWS's traps share: the stand-in, the connector with some parts alone, boto3's own clients."""

from collections.abc import Iterator
from typing import Any

import aws_stand_in as stand_in
import pytest
import test_vendor_aws as vendor

from troth.systems.conformance import Subject
from troth.systems.kit.outcomes import Done


class Parts:
    """Base of test classes: one stand-in a class, empty before each test."""

    @pytest.fixture(scope="class")
    @classmethod
    def address(cls) -> Iterator[str]:
        with stand_in.running() as address:
            yield address

    @pytest.fixture
    def it(self, address: str) -> Subject:
        subject = Subject(vendor.TestAws.scenario, address)
        subject.ask("reset")
        return subject

    @pytest.fixture
    def boto(self, address: str) -> Any:
        return stand_in.clients(address)


def only(it: Subject, **parts: Any) -> Any:
    """The connector with these parts alone."""
    none = {"buckets": [], "tables": [], "log_groups": [], "suppression": False}
    return it.made(**{**none, **parts})


def bucket(**how: Any) -> dict[str, Any]:
    return {"buckets": [{"bucket": stand_in.BUCKET, **how}]}


def done(outcome: object) -> Done:
    assert isinstance(outcome, Done)
    return outcome
