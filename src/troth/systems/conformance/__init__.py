"""One suite that every vendor's connector passes, with its double, over real HTTP.

    class TestAcme(Conformance):
        scenario = Scenario(vendor="acme", …)

Needs pytest, so nothing of the product imports it.
"""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.{part}" for part in ("subject", "manners", "story", "acts", "trouble", "suite"))
)

from troth.systems.conformance.scenario import Record, Scenario  # noqa: E402 rewritten first, imported then
from troth.systems.conformance.subject import Subject  # noqa: E402
from troth.systems.conformance.suite import Conformance  # noqa: E402

__all__ = ["Conformance", "Record", "Scenario", "Subject"]
