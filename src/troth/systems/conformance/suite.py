"""The suite: subclass it in a test file, name the scenario, and every vendor's duties are tested."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from troth.systems.conformance.acts import Acts
from troth.systems.conformance.manners import Manners
from troth.systems.conformance.scenario import Scenario
from troth.systems.conformance.story import Story
from troth.systems.conformance.subject import Subject
from troth.systems.conformance.trouble import Trouble
from troth.systems.saas import manifest
from troth.systems.sandbox.server import running


class Conformance(Manners, Story, Acts, Trouble):
    """What every connector is held to. After each test: no contract broken, nothing personal in a URL or a log."""

    scenario: ClassVar[Scenario]
    subject: ClassVar[type[Subject]] = Subject

    @pytest.fixture(scope="class")
    @classmethod
    def sandbox(cls) -> Iterator[str]:
        plot = cls.scenario
        more = [manifest.home(plot.vendor, plot.own)] if plot.own else []
        with running(more=more) as address:
            yield address

    @pytest.fixture
    def it(self, sandbox: str, caplog: pytest.LogCaptureFixture) -> Iterator[Subject]:
        caplog.set_level("DEBUG")
        subject = self.subject(self.scenario, sandbox)
        subject.ask("reset")
        yield subject
        assert subject.broken_contracts() == []
        assert subject.telling_urls() == []
        assert subject.personal_in(caplog.text) == [], "something personal in the log"
