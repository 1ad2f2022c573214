"""A real PostgreSQL for every test that asks for a database: one embedded server a run, one database a worker."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def _prepare_home() -> Path | None:
    """Point this process at a home of its own, before anything reads settings. Returns it where we are to clean up.

    At import, not in a hook: pytest-django sets Django up in its own `pytest_configure`. Parallel workers have each a
    home inside the controller's, with a server, a systems file and keys that no other worker touches.
    """
    for name in ("TROTH_DATABASE_URL", "TROTH_SMTP_URL", "TROTH_SYSTEMS"):
        os.environ.pop(name, None)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["TROTH_HOME"] = str(_made(Path(os.environ["TROTH_TEST_HOME"]) / worker))
        return None
    home = _made(Path(tempfile.mkdtemp(prefix="troth-test-")))
    os.environ["TROTH_TEST_HOME"] = os.environ["TROTH_HOME"] = str(home)
    return home


def _made(home: Path) -> Path:
    home.mkdir(exist_ok=True)
    home.chmod(0o755)  # the server runs as another user when we are root
    return home


OWN_HOME = _prepare_home()


def pytest_configure(config: pytest.Config) -> None:
    """Load the settings now: pytest-django sets Django up after this hook, and only if they are loaded.

    Named here and not earlier: a worker inherits the name, and pytest-django would then load them before this file.
    """
    if OWN_HOME is not None:
        config.add_cleanup(lambda: _clean(OWN_HOME))
        if config.getoption("numprocesses", None):
            return  # the controller of parallel workers runs no test and needs no database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.web.settings")
    from django.conf import settings

    assert settings.DATABASES


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Before the test database goes, end what still holds it: a browser's live server leaves connections of threads
    that are gone."""
    yield
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _idle_connections_close() -> Iterator[None]:
    """Systems keep connections for the next call; thousands of tests would keep all of the server's."""
    yield
    if database := sys.modules.get("troth.systems.sql.dialects.database"):
        for one in list(database.OPEN):
            one.close()


def _clean(home: Path) -> None:
    from troth import postgres

    for one in (home, *(path for path in home.iterdir() if path.is_dir())):
        postgres.stop(one)
    shutil.rmtree(home, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are the slowest: start them first so that they do not end the run alone."""
    items.sort(key=lambda item: "browser" not in str(item.path))
