"""The offline verifier against bundles made here by hand: honest ones pass, every other fails with a reason."""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from troth.evidence.entry import encode
from troth.evidence.merkle import Frontier, leaf_hash
from troth.evidence.notes import Signer, checkpoint_text
from troth.evidence.offline import UnusableKey, Verdict, verify

SIGNER = Signer("log.example/evidence", Ed25519PrivateKey.from_private_bytes(bytes(32)))
START = datetime(2026, 1, 1, tzinfo=UTC)


def entry(number: int, kind: str = "record.accepted") -> bytes:
    return encode(kind, START + timedelta(seconds=number), f"{number:032x}", {"number": number})


def note(entries: list[bytes], signer: Signer = SIGNER) -> str:
    tree = Frontier()
    tree.extend(map(leaf_hash, entries))
    return signer.sign(checkpoint_text(signer.name, tree.size, tree.root()))


@dataclass
class Bundle:
    """A bundle's parts, honest until a test changes them."""

    signed: list[bytes]
    history: tuple[int, ...] = ()
    lines: list[bytes] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lines = list(self.signed)
        last = note(self.signed)
        root = Frontier()
        root.extend(map(leaf_hash, self.signed))
        manifest = {
            "format": "troth-evidence/1",
            "origin": SIGNER.name,
            "size": len(self.signed),
            "root": root.root().hex(),
        }
        notes = [note(self.signed[:size]) for size in sorted({*self.history, len(self.signed)})]
        self.files = {
            "manifest.json": rfc8785.dumps(manifest) + b"\n",
            "checkpoint": last.encode(),
            "checkpoints.jsonl": b"".join(rfc8785.dumps(text) + b"\n" for text in notes),
            "key": f"{SIGNER.verifier_key}\n".encode(),
            "leaves.bin": b"".join(map(leaf_hash, self.signed)),
        }

    def write(self, path: Path) -> Path:
        entries = b"".join(line + b"\n" for line in self.lines)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {"entries.jsonl": entries, **self.files}.items():
                archive.writestr(name, data)
        return path

    def verdict(self, since: str | None = None) -> Verdict:
        with tempfile.TemporaryDirectory() as folder:
            return verify(self.write(Path(folder) / "bundle.zip"), SIGNER.verifier_key, since)


def bundle(size: int = 7, history: tuple[int, ...] = (3,)) -> Bundle:
    return Bundle([entry(number) for number in range(size)], history)


def no_leaf_help(made: Bundle) -> Bundle:
    """The forger also makes leaves.bin fit the forged entries, so that only roots are left to go by."""
    made.files["leaves.bin"] = b"".join(map(leaf_hash, made.lines))
    return made


@given(st.integers(0, 70), st.sets(st.integers(0, 70)), st.integers(0, 70))
def test_honest_bundles_verify_from_every_checkpoint(size: int, history: set[int], held: int) -> None:
    made = bundle(size, tuple(n for n in history if n <= size))
    verdict = made.verdict(since=note(made.signed[: min(held, size)]))
    assert verdict == Verdict(True, (), size, made.files["checkpoint"].decode().split("\n")[2])


def changed(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], entry(at, "record.refused"), *lines[at + 1 :]]


def dropped(lines: list[bytes], at: int) -> list[bytes]:
    return lines[:at] + lines[at + 1 :]


def added(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], entry(99), *lines[at:]]


def doubled(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[: at + 1], *lines[at:]]


def swapped(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


SAYS = {
    changed: (0, "not the one that was signed"),
    dropped: (0, "dropped or moved"),
    added: (0, "was added here"),
    doubled: (1, "was added here"),
    swapped: (0, "another order"),
}


@pytest.mark.parametrize("act", SAYS, ids=lambda act: act.__name__)
@given(size=st.integers(3, 20), at=st.integers(0, 19))
def test_every_tampering_is_named_at_its_place(act: Callable[..., list[bytes]], size: int, at: int) -> None:
    at %= size - 2
    made = bundle(size)
    made.lines = act(made.lines, at)
    shift, says = SAYS[act]
    (problem,) = made.verdict().problems
    assert problem.startswith(f"position {at + shift}: ")
    assert says in problem


@pytest.mark.parametrize("act", SAYS, ids=lambda act: act.__name__)
@given(size=st.integers(3, 20), at=st.integers(0, 19), history=st.integers(1, 20))
def test_tampering_is_found_from_roots_alone(act: Callable[..., list[bytes]], size: int, at: int, history: int) -> None:
    at, history = at % (size - 1), history % size
    made = bundle(size, (history,))
    made.lines = act(made.lines, at)
    verdict = no_leaf_help(made).verdict()
    assert not verdict.ok
    leaves, told = verdict.problems
    assert "leaves.bin" in leaves
    if "first difference lies in positions" in told:
        first, last = (int(word) for word in told.split("positions ")[1].split(" to "))
        assert first <= at + 1
        assert last >= at


@given(st.integers(1, 20), st.data())
def test_any_changed_byte_of_any_file_fails(size: int, data: st.DataObject) -> None:
    made = bundle(size)
    name = data.draw(st.sampled_from([*sorted(made.files), "entries.jsonl"]))
    content = bytearray(made.files.get(name) or b"".join(line + b"\n" for line in made.lines))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    made.files[name] = bytes(content)
    if name == "key" and bytes(content).decode(errors="replace").strip() == SIGNER.verifier_key:
        return  # only its final newline became another blank
    if name == "manifest.json" and is_same_manifest(bytes(content), made):
        return
    verdict = made.verdict()
    assert not verdict.ok
    assert verdict.problems


def is_same_manifest(content: bytes, made: Bundle) -> bool:
    try:
        return json.loads(content) == json.loads(Bundle(made.signed).files["manifest.json"])
    except ValueError:
        return False


@pytest.mark.parametrize("help_left", [True, False])
@given(size=st.integers(1, 20), cut=st.integers(1, 20))
def test_entries_missing_or_added_at_the_end_are_counted(help_left: bool, size: int, cut: int) -> None:
    shorter, longer = bundle(size, ()), bundle(size, ())
    left = size - min(cut, size)
    shorter.lines = shorter.lines[:left]
    longer.lines = [*longer.lines, entry(99)]
    if not help_left:
        no_leaf_help(shorter), no_leaf_help(longer)
    missing = f"entries are missing: the checkpoint covers {size}, entries.jsonl ends after {left}"
    assert shorter.verdict().problems[-1] == missing
    assert longer.verdict().problems[-1] == f"entries.jsonl goes on after the {size} entries that the checkpoint covers"


def test_a_tail_cut_off_is_found_by_the_checkpoint_someone_holds() -> None:
    """The operator holds the key, so a shorter log can be signed anew; only the reader's checkpoint tells."""
    held = note(bundle(7).signed)
    shorter = bundle(5, ())
    assert shorter.verdict().ok
    (problem,) = shorter.verdict(since=held).problems
    assert "shorter than it was: the bundle ends at 5 entries, the checkpoint you hold covers 7" in problem


def test_a_history_rewritten_and_signed_anew_is_found_by_the_checkpoint_someone_holds() -> None:
    held = note(bundle(4).signed)
    rewritten = Bundle(changed(bundle(9).signed, 2))
    assert rewritten.verdict().ok
    (problem,) = rewritten.verdict(since=held).problems
    assert "the checkpoint of 4 you hold" in problem


def test_a_checkpoint_that_contradicts_the_bundle_at_its_own_size() -> None:
    other = note(changed(bundle(7).signed, 6))
    assert "you hold" in bundle(7).verdict(since=other).problems[0]


@pytest.mark.parametrize(
    "since", ["", "garbage", "\ud800\n\n— x\n", note([], Signer(SIGNER.name, Ed25519PrivateKey.generate()))]
)
def test_a_held_checkpoint_must_itself_be_signed(since: str) -> None:
    (problem,) = bundle().verdict(since=since).problems
    assert problem.startswith("the checkpoint you hold ")


def test_another_logs_key_is_not_trust() -> None:
    other = Signer("log.example/evidence", Ed25519PrivateKey.generate())
    made = bundle()
    made.files["key"] = other.verifier_key.encode()
    assert "the key in the bundle is not the trusted key" in made.verdict().problems
    with tempfile.TemporaryDirectory() as folder:
        verdict = verify(bundle().write(Path(folder) / "b"), other.verifier_key)
    assert verdict == Verdict(False, ("the bundle's checkpoint is not signed by the trusted key",), 0, "")


def test_a_malformed_key_is_the_readers_mistake_not_a_verdict(tmp_path: Path) -> None:
    with pytest.raises(UnusableKey):
        verify(bundle().write(tmp_path / "b"), "not a key")


def test_a_bundle_that_cannot_be_read_is_not_a_verdict(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "absent.zip", SIGNER.verifier_key)


@pytest.mark.parametrize("name", ["entries.jsonl", *bundle().files])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    made = bundle().write(tmp_path / "b")
    with zipfile.ZipFile(made) as full, zipfile.ZipFile(tmp_path / "c", "w") as part:
        for kept in set(full.namelist()) - {name}:
            part.writestr(kept, full.read(kept))
    assert verify(tmp_path / "c", SIGNER.verifier_key).problems == (f"{name} is missing from the bundle",)


ENTRIES = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"\xff",
    b"[" * 9000,
    b'{"kind":"a.b","at":1,"facts":{}}',
    b'{"kind":"a.b","at":"now","facts":{}}',
    b'{"kind":1,"at":"2026-01-01T00:00:00Z","facts":{}}',
    b'{"kind":"a.b","at":"2026-01-01T00:00:00Z","facts":[]}',
    b'{"kind":"a.b","at":"2026-01-01T00:00:00Z","facts":{},"person":null}',
    b'{"kind":"a.b","at":"2026-01-01T00:00:00Z","facts":{},"extra":1}',
    b'{"kind":"a.b","kind":"a.b","at":"2026-01-01T00:00:00Z","facts":{}}',
    b'{"kind":"a.b","at":"2026-01-01T00:00:00Z","facts":{"n":NaN}}',
    b'{"kind":"a.b","at":"2026-01-01T00:00:00Z","facts":{"n":' + b"9" * 5000 + b"}}",
    b'{"kind":"' + b"x" * 20_000 + b'","at":"2026-01-01T00:00:00Z","facts":{}}',
]


@pytest.mark.parametrize("line", ENTRIES, ids=lambda line: line[:40].decode(errors="replace"))
def test_what_is_signed_but_no_entry_fails_too(line: bytes) -> None:
    (problem,) = Bundle([entry(0), line, entry(2)]).verdict().problems
    assert "position 1" in problem or "line 2 of entries.jsonl" in problem


@pytest.mark.parametrize("name", bundle().files)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"null\n", b"[]\n", b"[" * 60_000, b"x" * 70_000, b"7\n" * 9])
def test_junk_in_any_file_is_a_verdict(name: str, content: bytes) -> None:
    made = bundle()
    made.files[name] = content
    verdict = made.verdict()
    assert not verdict.ok
    assert any(name in problem or "checkpoint" in problem or "key" in problem for problem in verdict.problems)


def test_files_that_do_not_belong_are_named_safely() -> None:
    made = bundle()
    made.files["../\x1b[31mevil\n"] = b"x"
    (problem,) = made.verdict().problems
    assert "does not belong" in problem
    assert problem.isprintable()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    path = bundle().write(tmp_path / "b")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("entries.jsonl", b"")
    assert verify(path, SIGNER.verifier_key).problems == ("the bundle holds a file twice",)


def test_a_zip_bomb_costs_no_memory_and_fails(tmp_path: Path) -> None:
    made = bundle()
    path = tmp_path / "bomb"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in made.files.items():
            archive.writestr(name, data)
        with archive.open("entries.jsonl", "w") as member:
            for _ in range(400):
                member.write(bytes(1 << 20))
    code = (
        "from pathlib import Path; from troth.evidence.offline import verify;"
        f"v = verify(Path({str(path)!r}), {SIGNER.verifier_key!r});"
        "assert not v.ok; peak = Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0];"
        "print(v.problems[0], peak, sep='|')"
    )
    told, peak = subprocess.check_output([sys.executable, "-c", code], text=True).split("|")
    assert told == "line 1 of entries.jsonl is longer than 16384 bytes"
    assert int(peak) < 150_000  # KiB


def hostile() -> Iterator[bytes]:
    """A good bundle, cut short, with bytes changed anywhere, or with wild numbers in its zip structures."""
    with tempfile.TemporaryDirectory() as folder:
        good = bundle().write(Path(folder) / "b").read_bytes()
    chance = random.Random(7)
    yield from (b"", b"PK", os.urandom(999), b"PK\x05\x06" + bytes(18))
    for _ in range(150):
        bad = bytearray(good)
        at = chance.randrange(len(bad))
        bad[at] ^= chance.randrange(1, 256)
        yield bytes(bad)
        yield good[:at]
        tail = good.rindex(b"PK\x05\x06") if at % 2 else good.index(b"PK\x01\x02")
        struct.pack_into("<I", bad, min(tail + chance.randrange(4, 40), len(bad) - 4), chance.getrandbits(32))
        yield bytes(bad)


def test_broken_zips_give_a_verdict_never_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "b"
    for content in hostile():
        path.write_bytes(content)
        verdict = verify(path, SIGNER.verifier_key)
        assert verdict.ok == (not verdict.problems)


def test_the_verifier_shares_no_code_with_the_writer() -> None:
    code = (
        "import sys, troth.evidence.offline, troth.cli.evidence;"
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg', 'rfc8785')"
        " or m.startswith('troth.') and not m.startswith(('troth.evidence.offline', 'troth.cli'))])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "['troth.evidence']"
