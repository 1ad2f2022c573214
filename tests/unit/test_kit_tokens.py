"""Tokens: fetched once for all threads, before they run out, and again when refused."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from troth.systems.kit.api import Api, Reply
from troth.systems.kit.auth import CLIENT_ASSERTION, JWT_GRANT, Basic, Fetched, Token, client_credentials, jwt_grant
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.settings import Secret

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


class Recorder:
    """Stands for an `Api`: keeps what is asked for, answers one body."""

    def __init__(self, body: Any) -> None:
        self.body = body
        self.forms: list[dict[str, str]] = []
        self.auth: Any = None

    def call(self, act: str, method: str, path: str, *, data: Mapping[str, str], auth: Any = None) -> Reply:
        self.forms.append(dict(data))
        self.auth = auth
        return Reply(200, self.body)

    def fetch(self, act: str, path: str, form: Mapping[str, str]) -> Reply:
        return self.call(act, "POST", path, data=form)


def api(recorder: Recorder) -> Callable[[], Api]:
    return lambda: cast(Api, recorder)


def secret(text: str) -> Secret:
    return Secret(text, Path())


def test_a_token_is_fetched_once_for_all_threads() -> None:
    fetched = []
    auth = Fetched(lambda: fetched.append(1) or "t")  # type: ignore[func-returns-value]
    threads = [threading.Thread(target=auth.headers) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetched) == 1


def test_a_token_is_fetched_anew_a_minute_before_it_runs_out() -> None:
    now, made = [0.0], iter("abcdef")
    auth = Fetched(lambda: Token(next(made), 3600), clock=lambda: now[0])
    assert auth.headers() == {"authorization": "Bearer a"}
    now[0] = 3539
    assert auth.headers() == {"authorization": "Bearer a"}
    now[0] = 3541
    assert auth.headers() == {"authorization": "Bearer b"}


def test_a_token_that_lives_a_minute_is_used_for_half_of_it() -> None:
    now, made = [0.0], iter("abcdef")
    auth = Fetched(lambda: Token(next(made), 60), clock=lambda: now[0])
    auth.headers()
    now[0] = 29
    assert auth.headers() == {"authorization": "Bearer a"}
    now[0] = 31
    assert auth.headers() == {"authorization": "Bearer b"}


def test_a_refused_token_is_renewed_once_however_many_were_refused() -> None:
    made = iter("abcdef")
    auth = Fetched(lambda: next(made))
    used = auth.headers()
    assert auth.renew(used)
    assert auth.headers() == {"authorization": "Bearer b"}
    assert auth.renew(used)  # a second thread, refused with the old one
    assert auth.headers() == {"authorization": "Bearer b"}


@pytest.mark.parametrize("lives", [3600, "3600", None, "soon"])
def test_client_credentials(lives: Any) -> None:
    asked = Recorder({"access_token": "t", "expires_in": lives})
    auth = client_credentials(api(asked), "/token", client="id", secret=secret("s3cret"), scope="a b")
    assert auth.headers() == {"authorization": "Bearer t"}
    want = {"grant_type": "client_credentials", "client_id": "id", "client_secret": "s3cret", "scope": "a b"}
    assert asked.forms == [want]


def test_client_credentials_in_the_header() -> None:
    asked = Recorder({"access_token": "t"})
    client_credentials(api(asked), "/token", client="id", secret=secret("s"), basic=True).headers()
    assert asked.forms == [{"grant_type": "client_credentials"}]
    assert isinstance(asked.auth, Basic)


def test_a_reply_without_a_token_is_a_problem() -> None:
    bodies: list[Any] = [{}, [], None, {"access_token": 7}]
    for body in bodies:
        with pytest.raises(SystemProblem, match="access_token"):
            client_credentials(api(Recorder(body)), "/t", client="id", secret=secret("s")).headers()


def test_a_grant_by_jwt_is_signed_and_short_lived() -> None:
    asked = Recorder({"access_token": "t"})
    claims = {"iss": "me", "aud": "https://a.example/token"}
    jwt_grant(api(asked), "/token", key=secret(PEM), claims=claims, key_id="k1").headers()
    (form,) = asked.forms
    assert form["grant_type"] == JWT_GRANT
    read = jwt.decode(form["assertion"], KEY.public_key(), algorithms=["RS256"], audience=claims["aud"])
    assert read["iss"] == "me"
    assert 0 < read["exp"] - read["iat"] <= 300
    assert jwt.get_unverified_header(form["assertion"])["kid"] == "k1"


def test_a_client_can_prove_itself_by_jwt() -> None:
    asked = Recorder({"access_token": "t"})
    jwt_grant(
        api(asked), "/t", key=secret(PEM), claims={"sub": "me"}, grant_type="client_credentials", scope="x"
    ).headers()
    (form,) = asked.forms
    assert (form["grant_type"], form["scope"]) == ("client_credentials", "x")
    assert form["client_assertion_type"] == CLIENT_ASSERTION
    assert "client_assertion" in form


def test_a_key_that_is_none_asks_for_settings_and_is_not_shown() -> None:
    with pytest.raises(SystemProblem, match="PEM") as caught:
        jwt_grant(api(Recorder(body={})), "/t", key=secret("-----hidden-----"), claims={}).headers()
    assert caught.value.consequence == "fix settings"
    assert "hidden" not in str(caught.value)
