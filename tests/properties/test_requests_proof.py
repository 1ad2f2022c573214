"""The proof of one entry, as strangers check it: it holds for the entry and for nothing else."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from troth.cli.evidence import app
from troth.evidence.merkle import Frontier, inclusion_ranges, leaf_hash
from troth.evidence.notes import Signer, checkpoint_text
from troth.evidence.offline import UnusableKey, verify_proof

SIGNER = Signer("log.example", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = Signer("log.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def root_of(leaves: list[bytes]) -> bytes:
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def proof(size: int, position: int, signer: Signer = SIGNER) -> dict[str, Any]:
    bodies = [json.dumps({"kind": "erasure.proven", "at": "x", "facts": {"n": n}}) for n in range(size)]
    leaves = [leaf_hash(body.encode()) for body in bodies]
    path = [root_of(leaves[start:end]) for start, end in inclusion_ranges(position, size)]
    return {
        "format": "troth-proof/1",
        "entry": bodies[position],
        "proof": {
            "position": position,
            "size": size,
            "path": [base64.b64encode(step).decode() for step in path],
            "checkpoint": signer.sign(checkpoint_text(signer.name, size, root_of(leaves))),
        },
    }


places = st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))


@given(places)
def test_every_entry_of_every_log_is_proven(place: tuple[int, int]) -> None:
    verdict = verify_proof(json.dumps(proof(*place)), SIGNER.verifier_key)
    assert verdict.ok, verdict.problems
    assert verdict.entry is not None
    assert verdict.entry["facts"] == {"n": place[1]}


@given(places, st.data())
@settings(max_examples=60)
def test_no_other_entry_position_or_path_holds(place: tuple[int, int], data: st.DataObject) -> None:
    told = proof(*place)
    what = data.draw(st.sampled_from(["entry", "position", "path", "longer", "checkpoint"]))
    if what == "entry":
        told["entry"] = told["entry"].replace("erasure", "Erasure")
    elif what == "position":
        told["proof"]["position"] = data.draw(st.integers(-2, 80).filter(lambda n: n != place[1]))
    elif what == "path":
        told["proof"]["path"] = told["proof"]["path"][1:] or [base64.b64encode(bytes(32)).decode()]
    elif what == "longer":
        told["proof"]["path"] = [*told["proof"]["path"], base64.b64encode(bytes(32)).decode()]
    else:
        told["proof"]["checkpoint"] = told["proof"]["checkpoint"].replace(f"\n{place[0]}\n", f"\n{place[0] + 1}\n")
    verdict = verify_proof(json.dumps(told), SIGNER.verifier_key)
    assert not verdict.ok
    assert verdict.entry is None


def test_another_signer_is_not_believed() -> None:
    assert not verify_proof(json.dumps(proof(5, 2, OTHER)), SIGNER.verifier_key).ok


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_nonsense_fails_and_never_raises(text: str) -> None:
    assert not verify_proof(text, SIGNER.verifier_key).ok


@pytest.mark.parametrize("part", ["entry", "proof", "format"])
def test_a_proof_without_a_part_fails(part: str) -> None:
    told = proof(3, 1)
    del told[part]
    assert not verify_proof(json.dumps(told), SIGNER.verifier_key).ok


def test_an_unusable_key_is_said_to_be_one() -> None:
    with pytest.raises(UnusableKey):
        verify_proof(json.dumps(proof(3, 1)), "not a key")


def test_the_command_s_exit_codes(tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    file.write_text(json.dumps(proof(5, 3)))

    def run(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["verify-proof", *args])
        return done.exit_code, done.output

    code, said = run(str(file), "--trusted-key", SIGNER.verifier_key)
    assert (code, "erasure.proven" in said) == (0, True)
    assert run(str(file), "--trusted-key", OTHER.verifier_key)[0] == 1
    assert run(str(file), "--trusted-key", "a+b+c")[0] == 2
    assert run(str(tmp_path / "nowhere"), "--trusted-key", SIGNER.verifier_key)[0] == 3
