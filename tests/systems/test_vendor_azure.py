"""Azure: the suite over blobs and log rows, on the double."""

from typing import Any

from troth.systems.conformance import Conformance, Record, Scenario
from troth.systems.kit.identifiers import Identifiers
from troth.systems.saas.azure.double import CLIENT, SECRET, TENANT

JO = "jo.o'neil+x@example.org"
WHO = Identifiers(email=(JO,), account=("acct-7",))
WORKSPACE = "0a1b2c3d-0000-4000-8000-000000000001"
SETTINGS: dict[str, Any] = {
    "tenant_id": TENANT,
    "client_id": CLIENT,
    "client_secret": SECRET,
    "containers": [
        {"container": "uploads", "names": ["{account}.json", "{email}.png"], "tags": {"owner": "{account}"}}
    ],
    "workspace_id": WORKSPACE,
    "subscription": "sub",
    "resource_group": "group",
    "workspace": "logs",
    "log_tables": [{"table": "AppEvents", "columns": {"UserId": "{account}", "Email": "{email}"}}],
    "fields": {"email": "Email"},
    "poll_seconds": 0.01,
}
SEED = [
    {"container": "uploads", "name": "acct-7.json", "made": "2020-01-02T03:04:05.000Z"},
    {"container": "uploads", "name": "acct-7.json"},
    {"container": "uploads", "name": f"{JO}.png"},
    {"container": "uploads", "name": f"{JO}.png.bak"},
    {"container": "uploads", "name": "tagged", "tags": {"owner": "acct-7"}},
    {"container": "uploads", "name": "acct-77.json", "tags": {"owner": "acct-77"}},
    {"table": "AppEvents", "UserId": "acct-7", "Name": "login"},
    {"table": "AppEvents", "Email": JO.upper(), "Name": "mail"},
    {"table": "AppEvents", "UserId": "acct-77", "Name": "login"},
]
URLS = {"url": "/blob", "login": "/login", "logs_api": "/logs", "management": "/management"}
NAMES = "Azure names blobs, prefixes and tags in URLs"


def mine(record: Record) -> bool:
    if "table" in record:
        return record.get("UserId") == "acct-7" or str(record.get("Email", "")).lower() == JO
    return record["name"] in ("acct-7.json", f"{JO}.png") or record["tags"].get("owner") == "acct-7"


class TestAzure(Conformance):
    scenario = Scenario(
        vendor="azure",
        settings=SETTINGS,
        secret="client_secret",
        person=WHO,
        seed={"records": SEED},
        mine=mine,
        findings=6,
        crowd=(
            {
                "page_size": 2,
                "records": [{"container": "uploads", "name": "acct-7.json", "body": str(n)} for n in range(7)]
                + [{"table": "AppEvents", "UserId": "acct-7", "n": n} for n in range(1100)],
            },
            1107,
        ),
        oldest="2020-01-02T03:04:05",
        urls=URLS,
        in_urls=dict.fromkeys(("list_blobs", "delete_blob"), NAMES),
    )
