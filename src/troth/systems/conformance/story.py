"""What a person's data goes through: seen, corrected, silenced, erased."""

import pytest

from troth.systems.conformance.scenario import Record
from troth.systems.conformance.subject import Subject, like, stranger
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done

INJECTIONS = (
    "x' OR Email != '", "\\", "\\' OR 'a", "a') LIMIT 9 --@x", "%", "*", "a\nb@x.org", 'x" or profile.email sw "',
    "a,b;c|d", "../../x", "..", "a/b?c=d#e", "${x}{{x}}", "(col:email,opr:sw,value:'')", "é@x.example",
)  # fmt: skip


class Story:
    """The six verbs, one after the other, as the double sees them."""

    def test_find_sees_all_of_the_person_and_nobody_else(self, it: Subject) -> None:
        if not it.has("find"):
            return
        it.seed()
        found = it.find()
        assert len(found.findings) == it.scenario.findings
        assert len({(one.kind, one.id) for one in found.findings}) == len(found.findings), "a thing is found twice"
        assert all(set(one.items) <= set(one.values) for one in found.findings)
        if not it.scenario.unnamed:
            assert any(one.items for one in found.findings), "no field of any finding is an item of the policy"

    def test_a_stranger_and_nobody_are_found_nowhere(self, it: Subject) -> None:
        if not it.has("find"):
            return
        it.seed()
        for who in (Identifiers(), stranger(it.scenario)):
            assert it.find(who).findings == ()
        kinds = {kind: f"unheard-of-{kind}" for kind in ("email", "phone", "account", "device")}
        for kind, value in kinds.items():
            assert it.find(Identifiers(**{kind: (value,)})).findings == ()

    @pytest.mark.parametrize("text", INJECTIONS)
    def test_an_identifier_is_data_never_part_of_a_query(self, it: Subject, text: str) -> None:
        it.seed()
        before = it.records()
        who = like(it.scenario.person, dict.fromkeys(("email", "phone", "account", "device"), text))
        if it.offers("find"):
            assert it.find(who).findings == ()
        if it.offers("erase"):
            it.erase(who)
        assert it.records() == before

    def test_all_pages_are_read(self, it: Subject) -> None:
        if it.scenario.crowd is None:
            assert not it.offers("find"), "find is offered: the scenario needs a crowd"
            return
        seed, count = it.scenario.crowd
        it.ask("seed", **seed)
        if it.offers("find"):
            assert len(it.find().findings) == count
        if it.offers("erase"):
            it.erase()
            assert it.mine() == []

    def test_rectify_corrects_the_person_and_nobody_else(self, it: Subject) -> None:
        if not it.has("rectify"):
            return
        it.seed()
        others = it.others()
        for _ in range(2):
            assert isinstance(it.rectify(), Done)
            assert _shows(it, it.mine())
            assert it.others() == others

    def test_rectify_of_an_item_without_a_field_changes_nothing(self, it: Subject) -> None:
        if not it.has("rectify"):
            return
        it.seed()
        before = it.records()
        with it.trouble("fix settings") as problem:
            it.system.rectify(it.scenario.person, {**it.scenario.changes, "shoe-size": "44"}, key="r")
        assert "shoe-size" in str(problem[0])
        assert it.records() == before

    def test_suppress_silences_the_person_and_nobody_else(self, it: Subject) -> None:
        if not it.has("suppress"):
            return
        it.seed()
        assert it.scenario.suppressed
        assert not it.scenario.suppressed(it.ask("state")), "the seed is suppressed already: nothing would be seen"
        others = it.others()
        for _ in range(2):
            assert isinstance(it.suppress(), Done)
            assert it.scenario.suppressed(it.ask("state"))
            assert it.others() == others

    def test_oldest_is_the_oldest(self, it: Subject) -> None:
        if not it.has("oldest"):
            return
        empty = it.oldest()
        assert isinstance(empty, Done)
        assert empty.evidence["oldest"] is None
        it.seed()
        outcome = it.oldest()
        assert isinstance(outcome, Done)
        assert str(outcome.evidence["oldest"]).startswith(str(it.scenario.oldest))

    def test_erasure_is_for_good_and_harmless_when_repeated(self, it: Subject) -> None:
        if not it.has("erase"):
            return
        it.seed()
        assert it.mine(), "the seed holds nothing of the person"
        others = it.others()
        assert others, "the seed holds nobody else"
        assert isinstance(it.erase(), Done)
        assert it.mine() == []
        if it.offers("find"):
            assert it.find().left == ()
        for key in ("erase-1", "erase-2"):
            assert isinstance(it.erase(key=key), Done)
        assert _all_still_there(others, it.others()), "somebody else's things were touched"
        self._acts_on_who_is_gone(it)

    def _acts_on_who_is_gone(self, it: Subject) -> None:
        if it.offers("suppress"):
            assert isinstance(it.suppress(), Done)
        if it.offers("rectify"):
            assert isinstance(it.rectify(), Done)
        if it.offers("deliver") and not it.scenario.stays_away:
            it.deliver(key="come-back")
            assert it.mine(), "who was erased cannot come back"

    def test_erasing_nobody_does_nothing(self, it: Subject) -> None:
        if not it.has("erase"):
            return
        it.seed()
        before = it.records()
        for who in (Identifiers(), stranger(it.scenario)):
            assert isinstance(it.erase(who), Done)
        assert it.records() == before


def _shows(it: Subject, records: list[Record]) -> bool:
    assert it.scenario.rectified
    return any(map(it.scenario.rectified, records))


def _all_still_there(before: list[Record], now: list[Record]) -> bool:
    return all(record in now for record in before)
