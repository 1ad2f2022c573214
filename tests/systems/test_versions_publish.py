"""Versions on a real PostgreSQL: immutable, numbered without gaps, in force by date."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from people_kit import NOW, PLACES, evidence_kinds, published, small_policy, together

from troth.policy.digest import digest
from troth.versions import queries, services


@pytest.mark.django_db
def test_the_same_policy_is_the_same_version() -> None:
    first, again = published(), published()
    assert first == again
    assert (first.number, first.digest) == (1, digest(small_policy()))
    assert evidence_kinds() == ["policy.published"]


@pytest.mark.django_db
def test_what_comes_back_is_what_was_published_in_its_order() -> None:
    version = queries.get(published().id)
    assert version.policy == small_policy()
    assert list(version.policy.touchpoints) == list(small_policy().touchpoints)
    assert queries.places(version.id) == PLACES


@pytest.mark.django_db
def test_a_later_version_holds_from_its_day() -> None:
    first = published()
    later = published(effective="2026-06-01")
    assert queries.current(NOW) == first
    assert queries.current(datetime(2026, 6, 1, tzinfo=UTC)) == later
    assert queries.latest() == later
    assert [v.number for v in queries.all()] == [1, 2]


@pytest.mark.django_db
def test_nothing_published_is_none_and_an_unknown_id_is_said() -> None:
    assert queries.current(NOW) is None
    with pytest.raises(LookupError, match="no policy version"):
        queries.places(uuid4())


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["update versions_version set policy = '{}'", "delete from versions_version"])
def test_the_database_refuses_to_change_a_version(act: str) -> None:
    published()
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


@pytest.mark.django_db
def test_a_publication_that_fails_leaves_no_gap() -> None:
    published()
    with transaction.atomic():
        published(title="Never seen")
        transaction.set_rollback(True)
    assert published(title="Second").number == 2


@pytest.mark.django_db(transaction=True)
def test_two_publishers_at_once_get_numbers_without_gap_and_one_text_one_version() -> None:
    titles = ["A", "B", "C", "A"]
    acts = [lambda t=t: services.publish(small_policy(title=t), {}, now=NOW) for t in titles]
    found = together(*acts)
    assert found[0] == found[3]
    assert sorted(v.number for v in queries.all()) == [1, 2, 3]
