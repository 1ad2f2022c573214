"""A machine's clock jumps ahead: nothing is erased unattended until a person has looked."""

from datetime import timedelta

import pytest
from people_kit import NOW, evidence_kinds, published, someone, stored

from troth.people import queries as people
from troth.retention import queries, services
from troth.work import queries as work

pytestmark = pytest.mark.django_db


def test_a_clock_a_year_ahead_erases_nothing_by_itself_and_staff_hear_of_it() -> None:
    version, ada = published(), someone()
    services.sweep_unattended(NOW)
    stored(ada, version)
    ahead = NOW + timedelta(days=400)
    assert services.sweep(ahead, dry_run=True).records  # it would go
    for hour in range(3):
        assert services.sweep_unattended(ahead + timedelta(hours=hour)) is None
    assert len(people.records(ada)) == 1
    (task,) = work.open_tasks(kind="sweep")
    assert "troth sweep" in task.instructions
    assert "sweep.erased" not in evidence_kinds()


def test_once_a_person_swept_the_nights_go_on() -> None:
    version, ada = published(), someone()
    stored(ada, version)
    later = NOW + timedelta(days=400)
    assert services.sweep_unattended(later) is None
    assert services.sweep(later).records == 1
    assert services.sweep_unattended(later + timedelta(days=1)) is not None
    assert not queries.clock_doubtful(later + timedelta(days=1))


def test_a_clock_set_right_again_goes_on_without_anyone() -> None:
    published()
    services.sweep_unattended(NOW)
    assert services.sweep_unattended(NOW + timedelta(days=400)) is None
    assert services.sweep_unattended(NOW + timedelta(days=1)) is not None


def test_a_few_days_without_a_sweep_are_caught_up_with() -> None:
    published()
    services.sweep_unattended(NOW)
    assert services.sweep_unattended(NOW + timedelta(days=6, hours=23)) is not None


def test_before_anything_is_published_there_is_no_doubt() -> None:
    assert not queries.clock_doubtful(NOW)
    with pytest.raises(services.NothingPublished):
        services.sweep_unattended(NOW)
