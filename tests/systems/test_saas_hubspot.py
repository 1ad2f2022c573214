"""What is peculiar to HubSpot: subscriptions, the blocklist, batches that fail in part."""

from collections.abc import Iterator

import pytest
from saas_vendor import JO, RECORDS, WHO, Vendor, lead

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Pending, SystemProblem
from troth.systems.saas.hubspot.connector import HubSpot
from troth.systems.sandbox.server import running


@pytest.fixture
def hubspot() -> Iterator[Vendor]:
    with running() as address:
        it = Vendor("hubspot", None, address)  # type: ignore[arg-type]
        it.system = it.made()
        yield it


def marketed(vendor: Vendor) -> list[str]:
    assert isinstance(vendor.system, HubSpot)
    return list(vendor.system.marketed())


def test_only_a_marketing_delivery_subscribes(hubspot: Vendor) -> None:
    hubspot.system.deliver(lead(), key="d-1")
    assert marketed(hubspot) == []
    hubspot.system.deliver(lead(marketing=True), key="d-2")
    assert marketed(hubspot) == [JO]
    assert len(hubspot.mine()) == 1


def test_suppression_unsubscribes_and_a_repeated_delivery_does_not_undo_it(hubspot: Vendor) -> None:
    hubspot.system.deliver(lead(marketing=True), key="d-1")
    hubspot.system.suppress(WHO, key="s-1")
    assert marketed(hubspot) == []
    hubspot.system.deliver(lead(marketing=True), key="d-1")
    assert marketed(hubspot) == []
    later = hubspot.system.deliver(lead(marketing=True), key="d-2")
    assert isinstance(later, Done)
    assert later.evidence["subscribed"] is False  # the vendor lets only the person undo it
    assert marketed(hubspot) == []


def test_suppression_reaches_the_primary_address_of_a_contact_found_by_another(hubspot: Vendor) -> None:
    hubspot.ask("seed", records=RECORDS["hubspot"], subscribed=["second@example.org", "other@example.org"])
    hubspot.system.suppress(WHO, key="s-1")
    assert marketed(hubspot) == ["other@example.org"]


def test_a_delivery_cut_off_before_the_subscription_is_made_whole(hubspot: Vendor) -> None:
    hubspot.ask("fail", operation="write_statuses", status=500, count=50)
    with pytest.raises(SystemProblem):
        hubspot.system.deliver(lead(marketing=True), key="d-1")
    assert marketed(hubspot) == []
    hubspot.ask("reset")
    hubspot.ask("seed", records=[{"email": JO, "lastname": "Jo"}])
    hubspot.system.deliver(lead(marketing=True), key="d-1")
    assert marketed(hubspot) == [JO]


def test_marketed_reads_every_page_and_leaves_out_what_is_not_marketing(hubspot: Vendor) -> None:
    people = [f"p{n}@example.org" for n in range(9)]
    hubspot.ask("seed", records=[{"email": one} for one in people], subscribed=people[:7], page_size=2)
    assert marketed(hubspot) == people[:7]
    hubspot.system = hubspot.made(not_marketing=[1001])
    assert marketed(hubspot) == []


def test_erasing_an_unknown_person_never_blocks_their_address(hubspot: Vendor) -> None:
    hubspot.system.erase(Identifiers(email=("nobody@example.org",)), key="e-1")
    assert hubspot.ask("state")["blocklist"] == []


def test_an_erasure_is_done_only_when_search_forgot_it(hubspot: Vendor) -> None:
    hubspot.ask("seed", records=RECORDS["hubspot"], search_lag=2)
    outcome = hubspot.system.erase(WHO, key="e-1")
    assert isinstance(outcome, Pending)
    assert JO not in outcome.token
    assert isinstance(hubspot.system.check(outcome.token), Pending)
    assert isinstance(hubspot.system.check(outcome.token), Done)
    for token in ("", "{}x", '["x"]', "3"):
        with pytest.raises(SystemProblem, match="token"):
            hubspot.system.check(token)


def test_a_batch_refused_in_part_is_a_failure(hubspot: Vendor) -> None:
    with pytest.raises(SystemProblem, match="VALIDATION_ERROR") as caught:
        hubspot.made(subscription_id=9999).deliver(lead(marketing=True), key="d-1")
    assert caught.value.consequence == "stop"
    assert JO not in str(caught.value)


def test_marketing_without_a_subscription_type_asks_for_settings(hubspot: Vendor) -> None:
    with pytest.raises(SystemProblem, match="subscription_id") as caught:
        hubspot.made(subscription_id=None).deliver(lead(marketing=True), key="d-1")
    assert caught.value.consequence == "fix settings"


def test_a_record_without_an_address_is_refused(hubspot: Vendor) -> None:
    with pytest.raises(SystemProblem, match="no e-mail"):
        hubspot.system.deliver(lead(email=" "), key="d-1")


def test_a_missing_custom_property_asks_for_settings(hubspot: Vendor) -> None:
    with pytest.raises(SystemProblem, match="PROPERTY_DOESNT_EXIST") as caught:
        hubspot.made(fields={"role": "no_such_property"}).deliver(lead(role="x"), key="d-1")
    assert caught.value.consequence == "fix settings"
