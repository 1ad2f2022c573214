"""An erasure reaches everyone who was given something, also those whom no connector reaches."""

from collections.abc import Iterator

import pytest
from requests_kit import ANA, NOW, World, asked, empty_queue, fill_in, publish, work_through, world

from troth.work import queries as work
from troth.work import services as work_services

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def around() -> Iterator[World]:
    with world() as made:
        publish()
        empty_queue()
        yield made


def test_who_got_the_data_by_hand_is_told_to_erase_by_a_person(around: World) -> None:
    fill_in(ANA)
    work_through()
    by_hand = work.open_tasks(kind="delivery")
    assert by_hand
    first, *others = by_hand
    work_services.finish_task(first.id, by="7", proof="sent by mail", now=NOW)  # nobody followed this yet
    for task in others:
        work_services.drop_task(task.id, by="7", reason="not needed", now=NOW)
    asked("erasure", ANA)
    work_through()
    told = work.open_tasks(kind="erasure-notice")
    assert [task.system for task in told] == [first.system]
    assert all(ANA not in task.title + task.instructions for task in told)
