"""A real PostgreSQL for every test that asks for a database: one embedded server a run, one database a worker."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Runs before Django is set up. The controller makes the home; workers inherit it by the environment."""
    if hasattr(config, "workerinput") or os.environ.get("TROTH_TEST_HOME"):
        return
    home = Path(tempfile.mkdtemp(prefix="troth-test-"))
    home.chmod(0o755)  # the server runs as another user when we are root
    os.environ["TROTH_TEST_HOME"] = os.environ["TROTH_HOME"] = str(home)
    os.environ.pop("TROTH_DATABASE_URL", None)
    os.environ.pop("TROTH_SMTP_URL", None)
    config.add_cleanup(lambda: _clean(home))


def _clean(home: Path) -> None:
    from troth import postgres

    postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are the slowest: start them first so that they do not end the run alone."""
    items.sort(key=lambda item: "browser" not in str(item.path))
