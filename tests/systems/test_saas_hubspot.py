"""What is peculiar to HubSpot: subscriptions, the blocklist, batches that fail in part."""

from collections.abc import Iterator

import pytest
from saas_vendor import JO, RECORDS, WHO, Vendor, found, lead

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered, Pending, SystemProblem
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
    assert isinstance(hubspot.system.check('{"contacts": [], "archived": {}, "kept": {}}'), Done)


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


OTHER = "other@example.org"
HANGING = [
    {"kind": "notes", "of": [JO], "hs_note_body": "Jo likes tea"},
    {"kind": "tickets", "of": [JO], "subject": "It broke"},
    {"kind": "meetings", "of": [JO, OTHER], "subject": "Kick-off"},
    {"kind": "deals", "of": [JO], "subject": "Big deal"},
    {"kind": "notes", "of": [OTHER], "hs_note_body": "Not about Jo"},
]


def test_what_hangs_on_a_contact_is_found(hubspot: Vendor) -> None:
    hubspot.ask("seed", records=[*RECORDS["hubspot"], *HANGING])
    outcome = found(hubspot.system.find(WHO))
    kinds = sorted(finding.kind for finding in outcome.findings)
    assert kinds == ["contact", "contact", "deal", "meeting", "note", "ticket"]
    assert outcome.evidence == {"contacts": 2, "related": 4}
    assert len(found(hubspot.made(also=["notes"]).find(WHO)).findings) == 3


def test_erasure_takes_what_is_the_persons_alone_and_tells_what_stays(hubspot: Vendor) -> None:
    hubspot.ask("seed", records=[*RECORDS["hubspot"], *HANGING])
    done = hubspot.erased()
    assert done.evidence["archived"] == {"notes": 1, "tickets": 1}
    assert sorted(done.evidence["kept"]) == ["deals", "meetings"]
    left = [row.get("subject") or row.get("hs_note_body") for row in hubspot.records() if "kind" in row]
    assert left == ["Kick-off", "Big deal", "Not about Jo"]
    assert [type(rest) for rest in done.remains] == [Expires, Expires, NotOffered]
    assert hubspot.erased().evidence == {"contacts": 0}


def test_kinds_to_keep_are_a_choice(hubspot: Vendor) -> None:
    hubspot.ask("seed", records=[*RECORDS["hubspot"], *HANGING])
    hubspot.system = hubspot.made(keep=["tickets", "notes"])
    assert hubspot.erased().evidence["archived"] == {"deals": 1}


def test_associations_go_on_over_pages(hubspot: Vendor) -> None:
    notes = [{"kind": "notes", "of": [JO], "hs_note_body": str(n)} for n in range(11)]
    hubspot.ask("seed", records=[RECORDS["hubspot"][0], *notes], page_size=3)
    assert len(found(hubspot.system.find(WHO)).findings) == 12
    assert hubspot.erased().evidence["archived"] == {"notes": 11}
    assert hubspot.records() == []


def test_a_contact_alone_leaves_only_the_vendors_own_purge(hubspot: Vendor) -> None:
    hubspot.ask("seed", records=RECORDS["hubspot"])
    (rest,) = hubspot.erased().remains
    assert isinstance(rest, Expires)
    assert "30th day" in rest.on


def test_the_connection_is_tested_with_the_number_of_the_account(hubspot: Vendor) -> None:
    assert hubspot.system.test() == Done({"account": "62515"})
    with pytest.raises(SystemProblem, match="credentials"):
        hubspot.made(token="wrong").test()
