"""The capability table is what the classes say."""

from typing import ClassVar

import pytest

from troth.systems.kit.base import VERBS, System
from troth.systems.kit.capabilities import SAYS, Capability, capabilities
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered
from troth.systems.saas import manifest


class Half(System):
    INSTEAD: ClassVar = {
        "erase": Expires("after 90 days", "retention in the account"),
        "rectify": NotOffered("no such call", "https://a.example/api", "ask support"),
    }
    LIMITS: ClassVar = {"find": "the log is not searched"}

    def find(self, who: Identifiers) -> Done:
        return Done()


def test_every_verb_once_in_order_with_what_the_class_says() -> None:
    table = {one.verb: one for one in capabilities(Half)}
    assert tuple(table) == VERBS
    assert table["find"] == Capability("find", "yes", SAYS["find"], limits="the log is not searched")
    assert (table["erase"].offered, table["erase"].reason) == ("expires", "after 90 days")
    assert table["erase"].source == "retention in the account"
    told = table["rectify"]
    assert (told.offered, told.reason, told.source) == ("no", "no such call", "https://a.example/api")
    assert told.manual == "ask support"
    assert table["deliver"].offered == "no"
    assert table["deliver"].reason


@pytest.mark.parametrize("name", ["sql", "files", "hubspot", "salesforce"])
def test_what_is_not_offered_says_what_to_do_instead(name: str) -> None:
    for one in capabilities(manifest.kind(name)):
        assert one.offered == "yes" or one.reason
        assert one.offered != "no" or (one.source and one.manual)
