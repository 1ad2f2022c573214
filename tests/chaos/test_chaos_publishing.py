"""Who tells people, or does what follows on the day, is killed in the middle; in the end everything happened, once."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from troth import postgres

KIT = Path(__file__).parents[1] / "systems"
PEOPLE = 24
PATIENCE_S = 120.0  # far above what is needed; nothing is asserted about time

PREPARE = f"""
from troth.work import schema; schema.migrate()
from publishing_kit import many, policy, publish, wider
many({PEOPLE}, publish(policy()).version, consents=["news"])
publish(wider())
"""
TELL = """
import time
from publishing_kit import NOW, services
from troth.publishing.models import Publication
id = Publication.objects.get(base__isnull=False).id
while services.tell(id, NOW, at_once=2): time.sleep({pause})
"""
TAKE_EFFECT = """
import time
from publishing_kit import ON_THE_DAY, services
from troth.publishing.services import effect
whole = effect._lapse
def slowly(day):
    time.sleep({pause})
    return whole(day)
effect._lapse = slowly
services.take_effect(ON_THE_DAY, at_once=2)
"""


class Home:
    """A deployment's home, and processes on it that can be killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("TROTH_", "DJANGO_"))}
        self.environment = kept | {"TROTH_HOME": str(path), "PYTHONPATH": str(KIT)}

    def start(self, code: str) -> subprocess.Popen[bytes]:
        whole = f"from troth import ground; ground.setup()\n{code}"
        return subprocess.Popen([sys.executable, "-c", whole], env=self.environment)

    def run(self, code: str) -> None:
        assert self.start(code).wait(PATIENCE_S) == 0

    def killed(self, code: str, begun: Callable[[], bool]) -> None:
        """Run `code`, and kill it as soon as `begun`."""
        process = self.start(code)
        end = time.monotonic() + PATIENCE_S
        while not begun():
            assert time.monotonic() < end
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.02)
        process.kill()
        process.wait()

    def count(self, statement: str) -> int:
        url = postgres.with_database(f"postgresql://postgres@/postgres?host={self.path}/postgres", "troth")
        with psycopg.connect(url, connect_timeout=5) as connection:
            return int(connection.execute(statement).fetchall()[0][0])


@pytest.fixture
def home() -> Iterator[Home]:
    path = Path(tempfile.mkdtemp(prefix="troth-chaos-")).resolve()
    path.chmod(0o755)
    yield Home(path)
    postgres.stop(path)
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.chaos
def test_telling_and_the_day_are_killed_and_nothing_is_lost_or_doubled(home: Home) -> None:
    home.run(PREPARE)
    letters = "select count(*) from mail_message where kind = 'policy-change'"
    for least in (2, 8):
        home.killed(TELL.format(pause=0.2), lambda least=least: home.count(letters) >= least)
    home.run(TELL.format(pause=0))
    assert home.count(letters) == PEOPLE
    assert home.count("select count(distinct key) from mail_message where kind = 'policy-change'") == PEOPLE
    assert home.count("select count(*) from publishing_addressee where state = 'told'") == PEOPLE
    assert home.count("select count(*) from sharing_choicelink") == PEOPLE

    ended = "select count(*) from consent_event where kind = 'superseded'"
    for least in (2, 8):
        home.killed(TAKE_EFFECT.format(pause=0.2), lambda least=least: home.count(ended) >= least)
    home.run(TAKE_EFFECT.format(pause=0))
    assert home.count(ended) == home.count("select count(*) from evidence_entry where kind = 'consent.superseded'")
    assert home.count(ended) == PEOPLE
    assert home.count("select lapsed from publishing_publication where base_id is not null") == PEOPLE
    assert home.count("select shortened from publishing_publication where base_id is not null") == PEOPLE
    assert home.count("select count(*) from evidence_entry where kind = 'policy.in-effect'") == 1
