"""A real PostgreSQL for every test that asks for a database: one embedded server a run, one database a worker."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest


def _prepare_home() -> Path | None:
    """Point this process at a home of its own, before anything reads settings; workers inherit the controller's.

    At import, not in a hook: pytest-django sets Django up in its own `pytest_configure`.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.web.settings")
    if os.environ.get("TROTH_TEST_HOME"):
        return None
    home = Path(tempfile.mkdtemp(prefix="troth-test-"))
    home.chmod(0o755)  # the server runs as another user when we are root
    os.environ["TROTH_TEST_HOME"] = os.environ["TROTH_HOME"] = str(home)
    for name in ("TROTH_DATABASE_URL", "TROTH_SMTP_URL", "TROTH_SYSTEMS"):
        os.environ.pop(name, None)
    return home


OWN_HOME = _prepare_home()


def pytest_configure(config: pytest.Config) -> None:
    """Load the settings now: pytest-django sets Django up after this hook, and only if they are loaded."""
    from django.conf import settings

    assert settings.DATABASES
    if OWN_HOME is not None:
        config.add_cleanup(lambda: _clean(OWN_HOME))


def _clean(home: Path) -> None:
    from troth import postgres

    postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are the slowest: start them first so that they do not end the run alone."""
    items.sort(key=lambda item: "browser" not in str(item.path))
