"""AWS: the suite over S3, DynamoDB and SES."""

from collections.abc import Iterator
from typing import Any

import aws_stand_in as stand_in
import pytest

from troth.systems.conformance import Conformance, Record, Scenario
from troth.systems.kit.identifiers import Identifiers
from troth.systems.saas.aws.double import KEY_ID

JO = "jo.o'neil+x@example.org"
WHO = Identifiers(email=(JO,), account=("acct-7",))
PLACES: dict[str, Any] = {
    "region": stand_in.REGION,
    "access_key_id": KEY_ID,
    "secret_access_key": stand_in.SECRET,
    "buckets": [{"bucket": stand_in.BUCKET, "keys": ["users/{account}/", "{email}.png"]}],
    "tables": [
        {"table": stand_in.TABLE, "index": "by-email", "key": {"email": "{email}"}, "fields": {"full-name": "name"}},
        {"table": stand_in.TABLE, "key": {"pk": "USER#{account}"}, "fields": {"full-name": "name"}},
    ],
    "suppression": True,
}
SEED = [
    {"key": "users/acct-7/a.txt", "old": True},
    {"key": "users/acct-7/a.txt", "body": "again"},
    {"key": f"{JO}.png"},
    {"key": f"{JO}.png.bak"},
    {"key": "users/acct-77/a.txt"},
    {"pk": "USER#acct-7", "sk": "profile", "name": "Jo", "email": JO},
    {"pk": "USER#acct-7", "sk": "order-1", "total": "3"},
    {"pk": "USER#acct-8", "sk": "profile", "name": "Other", "email": "other@example.org"},
]
KEYS = "S3 takes keys in URLs, and these are made of identifiers"


def mine(record: Record) -> bool:
    key = record.get("key", "")
    return key.startswith("users/acct-7/") or key == f"{JO}.png" or record.get("pk") == "USER#acct-7"


class TestAws(Conformance):
    scenario = Scenario(
        vendor="aws",
        settings=PLACES,
        secret="secret_access_key",
        person=WHO,
        seed={"records": SEED},
        mine=mine,
        findings=5,
        crowd=(
            {
                "page_size": 3,
                "records": [{"key": f"users/acct-7/{n:02}"} for n in range(10)]
                + [{"pk": "USER#acct-7", "sk": f"{n:02}", "email": JO} for n in range(10)],
            },
            20,
        ),
        changes={"full-name": "Johanna O'Neil"},
        rectified=lambda record: record.get("name") == "Johanna O'Neil",
        suppressed=lambda state: JO in [one["address"] for one in state["suppressed"]],
        oldest="2020-01-02T03:04:05",
        in_urls={
            **dict.fromkeys(("list_object_versions", "list_multipart_uploads", "get_object", "head_object"), KEYS),
            "get_suppressed_destination": "SES looks an entry up by the address in the URL only",
        },
    )

    @pytest.fixture(scope="class")
    @classmethod
    def sandbox(cls) -> Iterator[str]:
        with stand_in.running() as address:
            yield address
