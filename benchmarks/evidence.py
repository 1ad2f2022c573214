"""The evidence log: entries written, given their places in the tree, and checked again offline.

Floors: as many rows by one plain INSERT a row in one transaction; one UPDATE of as many rows; SHA-256 over the bundle's
entries.
"""

import hashlib
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks._figure import Figure, Size, seconds
from benchmarks._home import home

ENTRIES, MANY = 1_000, 20_000
NOW = datetime.now(UTC)


def run(size: Size) -> Iterator[Figure]:
    with home() as folder:
        from django.db import connection, transaction

        from troth.evidence import services as evidence
        from troth.evidence.offline.verdict import verify
        from troth.evidence.signing import signer

        single, many = size.of(ENTRIES, 10), size.of(MANY, 20)

        def one_by_one() -> None:
            with transaction.atomic():
                for number in range(single):
                    evidence.append("bench.act", person=None, facts=_facts(number), at=NOW)

        def bare() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                for number in range(single):
                    cursor.execute("insert into bench (body) values (%s)", [f"{number:0200}"])

        def together() -> None:
            with transaction.atomic():
                evidence.append_many("bench.act", [(None, _facts(n)) for n in range(many)], at=NOW)

        _run("create table bench (id bigserial primary key, body text, position bigint)")
        ours, floor = seconds(one_by_one), seconds(bare)
        yield Figure("evidence entries, one by one", single / ours, "1/s", single / floor, "a plain INSERT each")
        fill = f"insert into bench (body) select repeat('0', 200) from generate_series(1, {many})"
        ours, floor = seconds(together), seconds(lambda: _run(fill))
        yield Figure("evidence entries, many at once", many / ours, "1/s", many / floor, "one INSERT … SELECT of all")
        total = single + many
        floor = seconds(lambda: _run("update bench set position = id"))
        ours = seconds(lambda: evidence.sequence(NOW))
        yield Figure("entries placed in the tree", total / ours, "1/s", total / floor, "one UPDATE of as many rows")
        bundle = evidence.export_bundle(folder / "bundle.zip", NOW)
        ours = seconds(lambda: verify(bundle, signer().verifier_key))
        floor = seconds(lambda: _hash(bundle))
        yield Figure("entries verified offline", total / ours, "1/s", total / floor, "SHA-256 of each line")


def _facts(number: int) -> dict[str, str | int]:
    return {"number": number, "digest": "0" * 64, "touchpoint": "schedule-demo", "how": "benchmark"}


def _run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def _hash(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive, archive.open("entries.jsonl") as lines:
        for line in lines:
            hashlib.sha256(line).digest()
