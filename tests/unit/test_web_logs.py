"""The web's log never repeats the secret part of an address."""

import logging

import pytest

from troth.web.logs import WithoutSecrets

TOKEN = "Aa0_-" * 8 + "xyz"


@pytest.mark.parametrize(
    "path,shown",
    [
        (f"/privacy/answer/{TOKEN}/proof/", "/privacy/answer/…/proof/"),
        (f"/privacy/choices/{TOKEN}", "/privacy/choices/…"),
        (f"/privacy/confirm/{TOKEN}?x=1", "/privacy/confirm/…?x=1"),
        (
            "/console/requests/7d1f1c0e-7d0b-4a58-9d43-0f2d6c1b7a10/",
            "/console/requests/7d1f1c0e-7d0b-4a58-9d43-0f2d6c1b7a10/",
        ),
    ],
)
def test_tokens_are_masked_and_ids_are_not(path: str, shown: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 1, "%s: %s", ("Not Found", path), None)
    assert WithoutSecrets().filter(record)
    assert record.getMessage() == f"Not Found: {shown}"
