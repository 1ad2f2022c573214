"""A submission as a browser would send it."""

import json

PATH = "/api/v1/touchpoints/schedule-demo/submissions"


def submission(name: str, number: int, *, ticked: bool) -> bytes:
    """Person `number` asks for a demo, in JSON."""
    body = {
        "notice_version": 1,
        "values": {
            "full-name": f"Person {number}",
            "email": f"{name}{number}@example.org",
            "company": "Example Ltd",
            "country": "Germany",
        },
        "agreed": ["marketing"] if ticked else [],
        "of_age": True,
    }
    return json.dumps(body).encode()
