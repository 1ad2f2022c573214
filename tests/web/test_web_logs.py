"""The web log: no secret link, no value an exception quotes."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.conf import settings
from django.test import Client

from troth.web.logs import Plain, Routes

SECRET = "s3cret-token-of-a-person"


@pytest.fixture
def log() -> Iterator[StringIO]:
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(Routes())
    handler.setFormatter(Plain(settings.LOGGING["formatters"]["plain"]["format"], style="{"))
    logging.getLogger("django").addHandler(handler)
    yield out
    logging.getLogger("django").removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [f"/privacy/answer/{SECRET}/proof/", f"/privacy/choices/{SECRET}/", f"/no/{SECRET}"])
def test_an_address_that_holds_a_secret_is_not_logged(client: Client, log: StringIO, path: str) -> None:
    assert client.get(path).status_code in (404, 410)
    assert SECRET not in log.getvalue()
    assert "Not Found" in log.getvalue()


def test_an_exceptions_text_is_not_logged(log: StringIO) -> None:
    try:
        int("ada@example" + ".org")
    except ValueError:
        logging.getLogger("django.request").exception("it went wrong")
    assert "ada@example.org" not in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert "test_web_logs.py" in log.getvalue()
