"""Before anything is asked of it: settings, capability table, credentials."""

from troth.systems.conformance.subject import Subject
from troth.systems.kit.base import VERBS, System
from troth.systems.kit.outcomes import Done, Expires, NotOffered

NAMED = ("http://", "https://")


class Manners:
    """What a person sees of a connector before it works."""

    def test_settings_can_be_filled_in_by_a_person(self, it: Subject) -> None:
        schema = it.connector().Settings.model_json_schema()
        for name, field in schema["properties"].items():
            assert field.get("title"), f"the setting {name} has no title"
            assert field.get("description"), f"the setting {name} has no description"
        assert schema["properties"][it.scenario.secret].get("secret"), "the scenario's secret is no SecretText"

    def test_what_is_not_offered_says_why_and_what_to_do_instead(self, it: Subject) -> None:
        connector = it.connector()
        assert set(connector.INSTEAD) <= set(VERBS), "INSTEAD names something that is no verb"
        assert set(connector.LIMITS) <= set(VERBS) - set(connector.INSTEAD), "LIMITS is for verbs that are offered"
        for verb in VERBS:
            written = getattr(connector, verb) is not getattr(System, verb)
            told = connector.INSTEAD.get(verb)
            assert written or told, f"{verb} is not written; INSTEAD must say why"
            assert not (written and told), f"{verb} is written and in INSTEAD; which is it?"
            if isinstance(told, NotOffered):
                assert told.reason, f"{verb}: no reason"
                assert told.manual_steps, f"{verb}: what can a person do instead?"
                assert told.source.startswith(NAMED) or len(told.source.split()) > 1, f"{verb}: which document says so?"
            if isinstance(told, Expires):
                assert told.on, f"{verb}: when does it go?"
                assert told.setting, f"{verb}: which setting proves it?"

    def test_the_scenario_tries_every_verb_that_is_offered(self, it: Subject) -> None:
        plot = it.scenario
        tried = {
            "find": plot.findings is not None,
            "rectify": bool(plot.changes) and plot.rectified is not None,
            "suppress": plot.suppressed is not None,
            "deliver": plot.outgoing is not None,
            "oldest": plot.oldest is not None,
        }
        assert {verb for verb, is_tried in tried.items() if is_tried} == {verb for verb in tried if it.offers(verb)}

    def test_the_capability_table_agrees_with_what_happens(self, it: Subject) -> None:
        it.seed()
        for verb in VERBS:
            if not it.offers(verb):
                assert it.asked(verb) == it.connector().INSTEAD[verb]

    def test_the_connection_can_be_tested(self, it: Subject) -> None:
        outcome = it.clean(it.system.test())
        assert isinstance(outcome, Done)
        assert outcome.evidence, "test() tells nothing of the account it reached"
        assert all(call["status"] < 400 for call in it.ask("calls"))

    def test_a_wrong_credential_asks_for_settings_and_is_not_shown(self, it: Subject) -> None:
        wrong = it.made(**{it.scenario.secret: "wrong-credential"})
        with it.trouble("fix settings") as first:
            wrong.test()
        with it.trouble("fix settings") as second:
            it.probe(wrong)
        assert "wrong-credential" not in f"{first} {second}"

    def test_a_missing_credential_is_told_by_its_place(self, it: Subject) -> None:
        for source, named in (("env:NO_SUCH_NAME", "NO_SUCH_NAME"), ("file:no-such-file", "no-such-file")):
            with it.trouble("fix settings") as problem:
                it.made(**{it.scenario.secret: source}).test()
            assert named in str(problem[0])

    def test_an_address_inside_is_refused_unless_it_is_meant(self, it: Subject) -> None:
        with it.trouble("fix settings"):
            it.probe(it.made(allow_private=False))
        assert it.ask("calls") == []
