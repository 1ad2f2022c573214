"""People, tickets and posts at Zendesk, and its part in the suite, for the tests of its connector."""

import json
from collections.abc import Mapping
from typing import Any

from troth.systems.conformance.scenario import Scenario
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers

JO = "jo.o'neil+x@example.org"
SECOND = "jo.second@example.org"
ANN = "ann@example.org"
OLDEST = "2020-01-02T03:04:05Z"
PEOPLE: list[dict[str, Any]] = [
    {"kind": "user", "email": JO, "name": "Joanna", "phone": "+33 1 02", "more_addresses": [SECOND]},
    {"kind": "user", "email": ANN, "name": "Ann Other", "created_at": "2021-01-01T00:00:00Z"},
]
FILE = {"file_name": "joanna.png", "content_url": "https://x.example/joanna.png"}
ASKED: dict[str, Any] = {
    "kind": "ticket", "requester": JO, "subject": "Joanna cannot log in", "status": "open", "created_at": OLDEST,
    "comments": [
        {"by": JO, "body": "It is me, Joanna", "html": '<p>It is <b>me</b>, <a href="http://joanna.example">Joanna</a></p>',
         "files": [FILE]},
        {"body": "We look into it"},
        {"body": "A difficult one", "public": False},
    ],
}  # fmt: skip
CLOSED: dict[str, Any] = {"kind": "ticket", "requester": JO, "subject": "Joanna, closed", "status": "closed"}
ANNS: dict[str, Any] = {
    "kind": "ticket", "requester": ANN, "cc": [JO], "subject": "The printer", "status": "open",
    "comments": [{"by": ANN, "body": "It is on fire"}, {"by": JO, "body": "Joanna saw the smoke"}],
}  # fmt: skip
MAIL = {"kind": "suspended", "email": SECOND.upper(), "subject": "Win", "content": "Joanna wins"}
PLAIN = {**CLOSED, "subject": "An old one"}
SEED = {"records": [*PEOPLE, ASKED, CLOSED, ANNS, MAIL]}
SENT = {"email": JO, "full-name": "Joanna", "company": "Acme"}
RIGHT = ("Joanna Right", "joanna.right@example.org")
WHO = Identifiers(email=(JO,))
SECRETS = {"user": "admin@example.org", "token": "sandbox-token", "poll_seconds": 0.01}


WRITTEN: list[dict[str, Any]] = [
    {"kind": "post", "by": JO, "title": "Joanna asks", "details": "Joanna cannot log in", "answers": [ANN, JO]},
    {"kind": "post", "by": JO, "title": "Joanna alone", "answers": [JO]},
    {"kind": "post", "by": ANN, "title": "Anybody?", "answers": [ANN]},
    {"kind": "article comment", "by": JO, "body": "Joanna likes it"},
]


def mine(record: Mapping[str, Any]) -> bool:
    return "joanna" in json.dumps(record).lower() or JO in json.dumps(record)


def scenario(**more: Any) -> Scenario:
    given: dict[str, Any] = {
        "vendor": "zendesk",
        "settings": {**SECRETS, "tickets": "delete"},
        "secret": "token",
        "person": WHO,
        "seed": SEED,
        "mine": mine,
        "findings": 9,
        "crowd": ({"records": [*PEOPLE, *[{**CLOSED, "subject": f"Joanna {n}"} for n in range(7)]], "page_size": 3}, 8),
        "changes": {"full-name": RIGHT[0], "email": RIGHT[1]},
        "rectified": lambda record: (
            record.get("name") == "Joanna Right" and record["email"] == "joanna.right@example.org"
        ),
        "outgoing": Outgoing("rec-1", "t", "row", ("support",), SENT, False),
        "oldest": OLDEST,
        "in_urls": {"search_users": "Zendesk searches users through the URL only"},
        "custom": ({"user_fields": ["shoe"]}, "user_fields.shoe"),
    }
    return Scenario(**{**given, **more})
