"""Checkpoints interoperate with the C2SP note form; the key file survives bad content."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from troth.evidence.notes import Signer, checkpoint_text, load_signer
from troth.evidence.offline.note import read_checkpoint, read_key
from troth.evidence.offline.problems import Unsound, UnusableKey
from troth.evidence.signing import origin

SIGNER = Signer("log.example/evidence", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEY = read_key(SIGNER.verifier_key)
TEXT = checkpoint_text(SIGNER.name, 7, b"r" * 32)
NOTE = SIGNER.sign(TEXT)

# Published with Go's golang.org/x/mod/sumdb/note package as its example.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SIGNER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"


def test_the_key_form_is_that_of_other_implementations() -> None:
    assert load_signer(GO_SIGNER).verifier_key == GO_KEY
    assert read_key(GO_KEY).name == "PeterNeumann"


def test_a_note_other_implementations_signed_comes_out_the_same() -> None:
    """Ed25519 is deterministic, so the whole note must be equal."""
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    assert load_signer(GO_SIGNER).sign(text) == f"{text}\n— PeterNeumann {signature}\n"


def test_a_checkpoint_reads_back() -> None:
    signed = read_checkpoint(NOTE, KEY, "it")
    assert (signed.size, signed.root) == (7, b"r" * 32)
    assert SIGNER.signed(NOTE)


def test_a_signer_survives_its_file() -> None:
    assert load_signer(SIGNER.dump()).sign(TEXT) == NOTE


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+", SIGNER.verifier_key, SIGNER.dump()[:-9], "x" + SIGNER.dump()])
def test_a_bad_key_file_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(ValueError, match="not an Ed25519 signing key") as refused:
        load_signer(text)
    assert not text or text not in str(refused.value)


def test_signatures_of_witnesses_are_left_to_others() -> None:
    witness = Signer("witness.example", Ed25519PrivateKey.generate())
    line = witness.sign(TEXT).rpartition("\n\n")[2]
    assert read_checkpoint(NOTE + line, KEY, "it").size == 7
    assert SIGNER.signed(NOTE + line)


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        TEXT + "\n",
        NOTE[:-1],
        NOTE.replace("\n7\n", "\n8\n"),
        NOTE.replace("—", "-"),
        NOTE + "junk\n",
        NOTE.replace("\n\n", "\n\n\n"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("log.example", "log2.example"),
        Signer(SIGNER.name, Ed25519PrivateKey.generate()).sign(TEXT),
        SIGNER.sign(checkpoint_text("other.example", 7, b"r" * 32)),
        SIGNER.sign(checkpoint_text(SIGNER.name, 7, b"short")),
        SIGNER.sign(f"{SIGNER.name}\n07\n{TEXT.splitlines()[2]}\n"),
        SIGNER.sign(f"{SIGNER.name}\n-7\n{TEXT.splitlines()[2]}\n"),
        SIGNER.sign(f"{SIGNER.name}\n7\n"),
        SIGNER.sign("\n"),
        "\ud800" + NOTE,
    ],
)
def test_anything_else_is_unsound(note: str) -> None:
    with pytest.raises(Unsound, match=r"^it "):
        read_checkpoint(note, KEY, "it")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+zzzzzzzz+AAAA",
        GO_KEY[:-1],
        GO_KEY.replace("Peter", "Paul"),
        GO_KEY.replace("c74f", "c74e"),
        GO_SIGNER,
    ],
)
def test_a_mistyped_trusted_key_is_named_as_such(text: str) -> None:
    with pytest.raises(UnusableKey, match="the trusted key"):
        read_key(text)


def test_the_log_is_named_after_its_public_place() -> None:
    assert origin("https://privacy.example.com") == "privacy.example.com/evidence"
    assert origin("https://user:secret@example.com:8443/trust+ centre/") == "example.com:8443/trustcentre/evidence"
