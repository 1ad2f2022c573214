"""A MongoDB server for tests: one that is named, else a `mongod` of the machine's own; else there is none."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "TROTH_TEST_MONGODB_URL"
WHY_NOT = f"no MongoDB server: there is no `mongod` here, and {VARIABLE} names none"


@contextmanager
def server() -> Iterator[str | None]:
    """The address of a database that tests may fill, without anything in it; None where there is no server."""
    named = os.environ.get(VARIABLE)
    program = shutil.which("mongod")
    if named:
        yield named
    elif program:
        with _started(program) as url:
            yield url
    else:
        yield None


@contextmanager
def _started(program: str) -> Iterator[str]:
    """A `mongod` of our own on a free port, as a replica set of one so that it knows transactions."""
    from pymongo import MongoClient

    with tempfile.TemporaryDirectory(prefix="troth-mongo-") as folder:
        port = _free_port()
        options = ["--dbpath", folder, "--port", str(port), "--bind_ip", "127.0.0.1", "--replSet", "tests"]
        process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            client: MongoClient[dict[str, object]]
            with MongoClient(f"mongodb://127.0.0.1:{port}/?directConnection=true") as client:
                member = {"_id": 0, "host": f"127.0.0.1:{port}"}
                client.admin.command("replSetInitiate", {"_id": "tests", "members": [member]})
            yield f"mongodb://127.0.0.1:{port}/troth_tests?replicaSet=tests"
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
