"""Hand the evidence to someone who trusts nobody."""

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from troth.demo.story.stage import Stage, must

ENTRIES = "entries.jsonl"


def evidence(stage: Stage) -> dict[str, Any]:
    """The bundle verifies offline, and does not once a single byte of an entry is another."""
    with TemporaryDirectory() as folder:
        bundle = Path(folder) / "evidence.zip"
        made = stage.troth("evidence", "export", "--out", str(bundle))
        must(made.code == 0, "exit code 0 of the export", made.err.strip()[-300:] or made.code)
        key = stage.troth("evidence", "key").out.strip()
        good = _verify(stage, bundle, key)
        must(good.code == 0, "exit code 0 of the bundle as it is", good.out[-300:] or good.err[-300:])
        told = good.json
        bad = _verify(stage, _changed(bundle), key)
        must(bad.code == 1, "exit code 1 after one byte is changed", bad.code)
        must(bool(bad.json["problems"]), "what is wrong, in words", bad.out[-300:])
        kinds = _kinds(stage)
    missing = sorted({"policy.published", "record.accepted", "delivery.sent", "erasure.proven", "verify.run"} - kinds)
    must(not missing, "an entry of every act", f"none of {missing}")
    return {"entries": told["size"], "as_it_is": 0, "one_byte_changed": 1, "problem": bad.json["problems"][0]}


def _verify(stage: Stage, bundle: Path, key: str) -> Any:
    return stage.troth("evidence", "verify", str(bundle), "--trusted-key", key, "--json")


def _changed(bundle: Path) -> Path:
    """A copy in which one byte in the middle of the entries is another digit or letter."""
    copy = bundle.with_name("changed.zip")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, _one_byte(content) if name == ENTRIES else content)
    return copy


def _one_byte(content: bytes) -> bytes:
    start = content.index(b"T", len(content) // 2)  # of a time of day
    return content[:start] + b"t" + content[start + 1 :]


def _kinds(stage: Stage) -> set[str]:
    return {row[0] for row in stage.sql("select distinct kind from evidence_entry")}
