"""Erasure in Salesforce takes two steps: a delete fills the Recycle Bin for 15 days, a hard delete empties it.

Source: help.salesforce.com 000382207 (hard delete by Bulk API, needs the Bulk API Hard Delete permission);
rows may stay visible to queryAll for about a day after that.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import Done, Outcome, Pending, SystemProblem

INGEST = "/services/data/v60.0/jobs/ingest"
LINGER = timedelta(hours=1)
_RUNNING = frozenset({"Open", "UploadComplete", "InProgress"})


def token(jobs: Mapping[str, str], ids: Mapping[str, Sequence[str]]) -> str:
    """What `check` needs: job and row ids of Salesforce, nothing about the person."""
    return json.dumps({"jobs": jobs, "ids": ids}, sort_keys=True)


def read_token(text: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The jobs and ids of a token. Raises `SystemProblem` when it is not one of ours."""
    try:
        told = json.loads(text)
        return dict(told["jobs"]), {kind: list(rows) for kind, rows in told["ids"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SystemProblem(
            "this token is not from a Salesforce erasure; start the erasure again", consequence="stop"
        ) from None


def delete(api: Api, kind: str, row: str) -> None:
    """Into the Recycle Bin. A row that is there already, or went with what it hung on, is fine."""
    try:
        api.call(f"delete a {kind}", "DELETE", f"/services/data/v60.0/sobjects/{kind}/{row}", ok=(204, 404))
    except SystemProblem as problem:
        if "DELETE_FAILED" not in str(problem):
            raise
        raise SystemProblem(
            f"{problem}; something still hangs on {kind} {row}: a case (add Case to `also`), a contract, or an account "
            "of which this is the person account. Delete that in Salesforce, then try again",
            consequence="stop",
        ) from None


def hard_delete(api: Api, kind: str, rows: Sequence[str]) -> str:
    """Start a Bulk API 2.0 job that erases the rows for good; its id."""
    act = f"hard delete {kind} rows"
    order = {"object": kind, "operation": "hardDelete", "contentType": "CSV", "lineEnding": "LF"}
    try:
        job: str = api.call(act, "POST", INGEST, json=order).need("id", str)
    except SystemProblem as problem:
        if problem.consequence in ("stop", "fix settings"):
            raise SystemProblem(
                f"{problem}; give the integration user the permission 'Bulk API Hard Delete', then try again. "
                "Until then the rows stay in the Recycle Bin for 15 days",
                consequence="fix settings",
            ) from None
        raise
    csv = "Id\n" + "".join(f"{row}\n" for row in rows)
    # A job takes its rows once: an upload whose answer was lost is not repeated, the next erasure makes a new job.
    told = {"content": csv, "headers": {"content-type": "text/csv"}, "once": True}
    api.call(act, "PUT", f"{INGEST}/{job}/batches", ok=(201,), **told)
    closed = api.call(act, "PATCH", f"{INGEST}/{job}", json={"state": "UploadComplete"}, ok=(200, 400))
    if closed.status == 400 and api.call(act, "GET", f"{INGEST}/{job}").need("state", str) == "Open":
        raise SystemProblem(f"{act}: Salesforce does not start the job; start the erasure again", consequence="retry")
    return job


def judge(states: Sequence[Mapping[str, Any]], left: int, text: str, poll: timedelta) -> Outcome:
    """Where an erasure stands, from the state of its jobs and the rows still visible.

    Raises `SystemProblem` when a job ended without erasing everything.
    """
    if any(job.get("state") in _RUNNING for job in states):
        return Pending(text, poll)
    if not left:
        return Done({"jobs": sorted(str(job.get("id")) for job in states), "left": 0})
    failed = sum(int(job.get("numberRecordsFailed") or 0) for job in states)
    if failed or any(job.get("state") != "JobComplete" for job in states):
        raise SystemProblem(
            f"Salesforce did not hard-delete {left} rows ({failed} failed); check the permission "
            "'Bulk API Hard Delete' and the job's failed results, or empty them from the Recycle Bin by hand",
            consequence="fix settings",
        )
    return Pending(text, LINGER)
