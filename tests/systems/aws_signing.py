"""Whether a request to AWS is signed as AWS would have it: with our secret, or with the keys of a role taken on."""

from collections.abc import Mapping
from typing import Any

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.backends import get_backend
from werkzeug import Request

from troth.systems.saas.aws.double import ACCOUNT, KEY_ID

SECRET = "sandbox-secret"


def claim_of(request: Request) -> dict[str, str]:
    """What the authorization header claims: key, day, region, service, signed headers, signature."""
    parts = dict(
        part.strip().split("=", 1) for part in request.headers.get("Authorization", "")[17:].split(",") if part
    )
    scope = parts.get("Credential", "").split("/")
    if len(scope) != 5:
        return {}
    names = dict(zip(("key", "day", "region", "service"), scope, strict=False))
    return {**names, "signed": parts["SignedHeaders"], "signature": parts["Signature"]}


def signed(request: Request, claim: Mapping[str, str]) -> bool:
    """Whether the signature is the one our secret gives: the request is signed again, as AWS does."""
    headers = {name: request.headers[name] for name in claim["signed"].split(";")}
    url = f"http://{request.host}{request.environ['REQUEST_URI']}"
    again = AWSRequest(method=request.method, url=url, headers=headers, data=request.get_data())
    again.context["timestamp"] = request.headers["X-Amz-Date"]
    kind = S3SigV4Auth if claim["service"] == "s3" else SigV4Auth
    known = {KEY_ID: SECRET} | {role.access_key_id: role.secret_access_key for role in roles()}
    if claim["key"] not in known:
        return False
    auth = kind(Credentials(claim["key"], known[claim["key"]]), claim["service"], claim["region"])
    text = auth.string_to_sign(again, auth.canonical_request(again))
    return bool(auth.signature(text, again) == claim["signature"])


def roles() -> list[Any]:
    """Roles that were taken on, with the keys they were given."""
    return list(get_backend("sts")[ACCOUNT]["aws"].assumed_roles)
