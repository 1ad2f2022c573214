"""The evidence page's acts: signing, and a bundle that a stranger can check."""

import tempfile
from pathlib import Path

import pytest
from django.test import Client
from web_kit import publish, staff_client

from troth.evidence import offline, queries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    publish()
    return staff_client()


def test_signing_is_answered_with_the_note(staff: Client) -> None:
    page = staff.post("/console/evidence/sign/", follow=True).content.decode()
    signed = queries.latest_checkpoint()
    assert signed is not None
    assert f"the log is signed at {signed.size} entries" in page
    assert all(line in page for line in signed.note.splitlines() if line)
    assert f"troth evidence verify BUNDLE --trusted-key {queries.public_key()}" in page


def test_the_bundle_verifies_offline_and_leaves_nothing_behind(staff: Client, tmp_path: Path) -> None:
    answer = staff.post("/console/evidence/bundle/")
    assert answer["Content-Disposition"].startswith('attachment; filename="troth-evidence-')
    file = tmp_path / "bundle.zip"
    file.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    verdict = offline.verify(file, queries.public_key(), None)
    assert (verdict.ok, verdict.problems) == (True, ())
    assert verdict.size == queries.size()
    assert not list(Path(tempfile.gettempdir()).glob("troth-bundle-*"))


def test_a_signing_key_that_cannot_be_used_is_said(staff: Client, tmp_path: Path) -> None:
    from troth import ground

    key = ground.settings().evidence_key_file
    staff.post("/console/evidence/sign/")
    kept = key.read_bytes()
    key.chmod(0o600)
    key.write_bytes(b"not a key")
    try:
        page = staff.get("/console/evidence/").content.decode()
        refused = staff.post("/console/evidence/bundle/", follow=True).content.decode()
    finally:
        key.write_bytes(kept)
    assert "The signing key cannot be used" in page
    assert "Not done:" in refused
