"""What AWS's errors ask of us. Their texts can quote keys of objects and addresses, so only codes are repeated."""

import re
from datetime import timedelta
from importlib import import_module

from troth import ground
from troth.net import Blocked, NetError, TooLarge
from troth.systems.kit.outcomes import Consequence, SystemProblem
from troth.systems.kit.pace import retry_after

_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9._]{2,60}$")
_WAIT = re.compile(r"Throttl|TooManyRequests|SlowDown|LimitExceeded|ThroughputExceeded|Throttled", re.IGNORECASE)
_SETTINGS = re.compile(
    r"AccessDenied|Unauthorized|NotAuthorized|Signature|InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId"
    r"|ExpiredToken|TokenRefreshRequired|RequestExpired|RequestTimeTooSkewed|AuthFailure|MissingAuthentication|OptIn"
    r"|NoSuchBucket|ResourceNotFound|PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint"
    r"|Forbidden|SubscriptionRequired|AccountProblem|InvalidToken",
    re.IGNORECASE,
)
SOON = timedelta(seconds=1)


def told(what: str, error: Exception) -> SystemProblem | None:
    """The problem an exception of botocore or of the line is; None when it is neither.

    what: names system and act.
    """
    if isinstance(error, NetError):
        return SystemProblem(f"{what}: {error}", consequence=_of_the_line(error))
    kinds = import_module("botocore.exceptions")
    if isinstance(error, kinds.ClientError):
        return _refused(what, error)
    damaged = (kinds.HTTPClientError, kinds.IncompleteReadError, kinds.ChecksumError, kinds.FlexibleChecksumError)
    if isinstance(error, (import_module("botocore.parsers").ResponseParserError, *damaged)):
        return SystemProblem(f"{what}: the reply cannot be read; try again later", consequence="retry")
    if isinstance(error, kinds.BotoCoreError):
        return _unsent(what, type(error).__name__)
    return None


def code_of(error: Exception) -> str:
    """The code of a refusal; empty for any other exception."""
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))


def plain_code(code: str) -> str:
    """The code if it is one, safe to repeat."""
    return code if _CODE.match(code) else ""


def _of_the_line(error: NetError) -> Consequence:
    if isinstance(error, Blocked):
        return "fix settings"
    return "stop" if isinstance(error, TooLarge) else "retry"


def _unsent(what: str, kind: str) -> SystemProblem:
    """botocore refused to send: it has no credentials or no region, or a value is not of its kind."""
    if any(word in kind for word in ("Credential", "Token", "Region", "Profile", "Endpoint", "Config", "SSO")):
        return SystemProblem(
            f"{what}: {kind}; set access_key_id and secret_access_key, or give this machine a role",
            consequence="fix settings",
        )
    return SystemProblem(f"{what}: {kind}; look at it in the AWS console", consequence="stop")


def _refused(what: str, error: Exception) -> SystemProblem:
    reply = getattr(error, "response", {})
    meta = reply.get("ResponseMetadata", {})
    status, found = meta.get("HTTPStatusCode", 0), code_of(error)
    code = plain_code(found)
    after = meta.get("HTTPHeaders", {}).get("retry-after")
    why = f"{what}: it answered {status}" + (f" {code}" if code else "")
    if status == 429 or _WAIT.search(code) or (status == 503 and after):
        wait = retry_after(after, ground.clock()) if after else SOON
        return SystemProblem(why, consequence="wait", retry_after=wait)
    if status >= 500 or status == 408:
        return SystemProblem(why, consequence="retry")
    if status in (301, 307, 401, 403) or _SETTINGS.search(code):
        return SystemProblem(
            f"{why}; check credentials, region, names and the permissions of the policy in the docs",
            consequence="fix settings",
        )
    return SystemProblem(why, consequence="stop")
