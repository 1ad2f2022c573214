"""Databases and files tell the story vendors tell: found, corrected, aged, erased for good, erased again in peace."""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from mongo_server import WHY_NOT, server

from troth.systems.kit.base import VERBS, System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Found, NotOffered
from troth.systems.saas import manifest

ANA, BO, NOBODY = (Identifiers(email=(f"{name}@example.org",)) for name in ("ana", "bo", "nobody"))
AGED = "2024-01-01"
DATASET = """
title: Shop
tables:
  users:
    key: id
    time: joined
    on_erase: delete
    columns:
      id: {none: key}
      mail: {item: email, identity: email}
      name: full-name
      joined: {none: when they came}
"""
ROWS = ((1, "ana@example.org", "Ana A", "2024-01-01 00:00:00"), (2, "bo@example.org", "Bo B", "2024-02-01 00:00:00"))
INJECTIONS = ("x' OR 'a'='a", "%", "*", ".*", "$ne", '{"$gt": ""}', "a\nb", "", "\x00")


def _sql(home: Path) -> Mapping[str, Any]:
    with sqlite3.connect(home / "shop.db") as connection:
        connection.execute("create table users (id integer primary key, mail text, name text, joined timestamp)")
        connection.executemany("insert into users values (?, ?, ?, ?)", ROWS)
    connection.close()
    (home / "shop.yaml").write_text(DATASET)
    return {"url": f"sqlite:///{home / 'shop.db'}", "dataset": "shop.yaml"}


def _files(home: Path) -> Mapping[str, Any]:
    lines = [{"at": at.replace(" ", "T") + "Z", "mail": mail, "name": name} for _, mail, name, at in ROWS]
    (home / "logs").mkdir()
    (home / "logs" / "app.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    os.utime(home / "logs" / "app.jsonl", (1_704_100_000, 1_704_100_000))  # nobody writes to it any more
    spec = {"pattern": "*.jsonl", "by": "line", "lines": "json lines", "time": '"at": ?"([^"]+)"', "format": "iso"}
    held = {"holds": {"email": ["mail"]}, "items": {"name": "full-name"}}
    return {"folder": "logs", "classes": {"app": {**spec, **held}}}


@pytest.fixture(params=["sql", "files", "mongodb"])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    kind: Any = manifest.kind(request.param)
    if request.param == "mongodb":
        with server() as url:
            if url is None:
                pytest.skip(WHY_NOT)
            yield kind.from_config("own", _mongo(tmp_path, url), tmp_path)
        return
    made = {"sql": _sql, "files": _files}[request.param](tmp_path)
    yield kind.from_config("own", made, tmp_path)


def _mongo(home: Path, url: str) -> Mapping[str, Any]:
    from pymongo import MongoClient

    (home / "shop.yaml").write_text(DATASET.replace("key: id", "key: _id").replace("      id:", "      _id:"))
    client: MongoClient[dict[str, Any]] = MongoClient(url)
    users = client.get_default_database()["users"]
    users.drop()
    users.insert_many({"_id": id, "mail": mail, "name": name, "joined": at} for id, mail, name, at in ROWS)
    client.close()
    return {"url": url, "dataset": "shop.yaml"}


def seen(system: System, who: Identifiers) -> list[str]:
    found = system.find(who)
    assert isinstance(found, Found)
    assert "example.org" not in f"{found!r} {json.dumps(found.evidence, default=str)}"
    return sorted(str(sorted(one.values.items())) for one in found.left)


def test_the_story(system: System) -> None:
    other = seen(system, BO)
    assert len(seen(system, ANA)) == len(other) == 1
    right = system.rectify(ANA, {"full-name": "Ana Alto"}, key="r")
    assert isinstance(right, NotOffered) or "Ana Alto" in seen(system, ANA)[0]
    assert _age(system).startswith(AGED)
    for key in ("one", "one", "two"):
        erased = system.erase(ANA, key=key)
        assert isinstance(erased, Done)
        assert "ana@" not in f"{erased!r} {json.dumps(erased.evidence, default=str)}"
        assert seen(system, ANA) == []
    assert seen(system, BO) == other, "somebody else's things were touched"
    assert not _age(system).startswith(AGED)


def test_nobody_is_found_nowhere_and_an_identifier_is_data(system: System) -> None:
    before = seen(system, ANA), seen(system, BO)
    for who in (NOBODY, *(Identifiers(email=(text,)) for text in INJECTIONS)):
        assert seen(system, who) == []
        assert isinstance(system.erase(who, key="k"), Done)
    assert (seen(system, ANA), seen(system, BO)) == before


def test_a_verb_is_written_or_its_absence_explained(system: System) -> None:
    for verb in VERBS:
        told = type(system).INSTEAD.get(verb)
        assert (getattr(type(system), verb) is not getattr(System, verb)) != (told is not None), verb


def _age(system: System) -> str:
    outcome = system.oldest()
    assert isinstance(outcome, Done)
    return str(outcome.evidence["oldest"])
