"""Settings as a form: every kind of field, faults by field, secrets that go in and never come out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from troth import ground
from troth.systems.kit import forms, secrets
from troth.systems.kit.settings import ConnectorSettings, Secret, SecretText
from troth.systems.saas import manifest


class Part(BaseModel):
    bucket: str
    keys: tuple[str, ...] = ()


class Settings(ConnectorSettings):
    token: SecretText = Field(title="Token", description="A token.")
    spare: SecretText | None = Field(None, title="Spare", description="Another.")
    mode: Literal["delete", "keep"] = Field("delete", title="Mode", description="What to do.")
    count: int | None = Field(None, title="Count", description="How many.")
    share: float = Field(0.5, title="Share", description="How much.", le=1)
    on: bool = Field(True, title="On", description="Whether.")
    ids: tuple[int, ...] = Field((), title="Ids", description="Which.")
    parts: tuple[Part, ...] = Field((), title="Parts", description="Where.")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TROTH_HOME", str(tmp_path))
    ground.settings.cache_clear()
    yield tmp_path
    ground.settings.cache_clear()


FILLED = {"url": "https://a.example", "token": "s3cret-value"}


def parse(more: Mapping[str, str], kept: Mapping[str, Any] = forms.NONE) -> forms.Answered:
    return forms.parse("crm", Settings, {**FILLED, **more}, Path(), kept)


def test_every_setting_is_a_field_with_what_a_person_needs() -> None:
    by_name = {field.name: field for field in forms.fields(Settings)}
    assert set(by_name) == set(Settings.model_fields)
    assert next(iter(by_name)) == "url"
    kinds = {name: field.kind for name, field in by_name.items()}
    assert kinds["token"] == kinds["spare"] == "secret"
    assert (kinds["mode"], by_name["mode"].choices, by_name["mode"].default) == ("choice", ("delete", "keep"), "delete")
    assert (kinds["count"], kinds["share"], kinds["on"]) == ("whole", "number", "yes-no")
    assert (kinds["ids"], kinds["fields"], kinds["parts"]) == ("list", "pairs", "yaml")
    assert by_name["on"].default == "yes"
    assert by_name["token"].required
    assert not by_name["spare"].required
    assert by_name["timeout"].rare


@pytest.mark.parametrize("vendor", ["hubspot", "salesforce"])
def test_the_fields_of_a_real_connector(vendor: str) -> None:
    fields = forms.fields(manifest.connector(vendor).Settings)
    assert all(field.title and field.help for field in fields)
    assert any(field.secret for field in fields)


def test_what_is_entered_becomes_an_entry() -> None:
    text = {"mode": "keep", "count": "3", "share": "0.25", "on": "", "ids": "1\n2\n", "fields": "a: b\nc: d"}
    answered = parse({**text, "parts": "- bucket: one\n  keys: [x]\n"})
    assert answered.errors == {}
    assert answered.config == {
        "url": "https://a.example", "token": "secret:crm.token", "mode": "keep", "count": 3, "share": 0.25, "on": False,
        "ids": ["1", "2"], "fields": {"a": "b", "c": "d"}, "parts": [{"bucket": "one", "keys": ["x"]}],
    }  # fmt: skip
    assert Settings.model_validate(answered.config, context={"base_dir": Path()}).ids == (1, 2)


def test_faults_are_told_by_field_in_words_without_what_was_entered() -> None:
    answered = parse(
        {"url": "hidden", "count": "hidden", "share": "7", "fields": "hidden", "mode": "x", "parts": "[hidden"}
    )
    assert set(answered.errors) == {"url", "count", "share", "fields", "mode", "parts"}
    assert answered.errors["count"] == "should be a whole number"
    assert answered.errors["parts"].startswith("should be YAML")
    assert "hidden" not in str(answered.errors)
    missing = forms.parse("crm", Settings, {}, Path())
    assert missing.errors == {"url": "is needed", "token": "is needed"}


def test_a_secret_is_kept_apart_and_never_given_back(home: Path) -> None:
    answered = parse({"spare": "env:SPARE"})
    assert answered.config["token"] == "secret:crm.token"
    assert answered.config["spare"] == "env:SPARE"
    assert "s3cret" not in repr(answered) + str(dict(answered.config))
    answered.keep_secrets()
    kept = home / "secrets" / "systems" / "crm.token"
    assert kept.read_text() == "s3cret-value"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert Secret("secret:crm.token", Path()).reveal() == "s3cret-value"
    shown = forms.shown(Settings, answered.config)
    assert (shown["token"], shown["spare"], shown["url"]) == ("", "", "https://a.example")
    places = forms.secret_places(Settings, answered.config, Path())
    assert places == {"token": "secret:crm.token", "spare": "not set"}  # the variable is not there


def test_a_secret_left_empty_stays_as_it_was() -> None:
    kept = {"url": "https://a.example", "token": "literal-token"}
    answered = parse({"token": ""}, kept)
    assert answered.config["token"] == "literal-token"
    assert answered.secrets == {}
    assert forms.secret_places(Settings, kept, Path())["token"] == "literal"
    assert "literal-token" not in repr(answered)


def test_a_form_shows_an_entry_so_that_it_comes_back_the_same() -> None:
    entry = {
        "url": "https://a.example", "token": "env:X", "count": 3, "on": False, "ids": [1, 2], "fields": {"a": "b"},
        "parts": [{"bucket": "one"}],
    }  # fmt: skip
    again = forms.parse("crm", Settings, forms.shown(Settings, entry), Path(), entry)
    assert again.errors == {}
    assert again.config == {**entry, "ids": ["1", "2"]}


def test_a_kept_secret_is_replaced_whole_and_dropped(home: Path) -> None:
    secrets.keep("crm.token", "one")
    secrets.keep("crm.token", "two")
    assert secrets.kept("crm.token") == "two"
    assert [path.name for path in (home / "secrets" / "systems").iterdir()] == ["crm.token"]
    secrets.drop("crm.token")
    secrets.drop("crm.token")
    assert not Secret("secret:crm.token", Path()).is_set


def test_every_system_and_setting_has_a_name_of_its_own() -> None:
    texts = ["crm.token", "crm.api_key", "crm.api-key", "Crm.token", "my crm.token", "../x.token", "…", ".", "x" * 300]
    names = [secrets.name_for(text) for text in texts]
    assert len(set(names)) == len(texts)
    assert names[0] == "crm.token"
    for name in names:
        assert secrets.keep(name, "v") == f"secret:{name}"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "A", "x" * 101])
def test_a_name_never_leads_out_of_the_store(name: str) -> None:
    for act in (lambda: secrets.keep(name, "x"), lambda: secrets.kept(name), lambda: secrets.drop(name)):
        with pytest.raises(ValueError, match="lower-case"):
            act()
    assert not Secret(f"secret:{name}", Path()).is_set
