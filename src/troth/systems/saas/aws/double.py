"""A double of two small parts of AWS: SES's suppression list, and STS's word on whose keys these are.

S3, DynamoDB and CloudWatch Logs are not modelled here: tests run them on moto.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from troth.systems.sandbox.double import Answer, Ask, Double

KEY_ID = "AKIASANDBOX000000001"
ACCOUNT = "123456789012"
_IDENTITY = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/troth</Arn><UserId>AIDASANDBOX</UserId>
<Account>{ACCOUNT}</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


class AwsDouble(Double):
    """`seed` takes suppressed (addresses) and heeded (the reasons for which the account heeds its list).

    It knows the key's id; signatures are not computed again.
    """

    vendor: ClassVar[str] = "aws"

    def fresh(self) -> dict[str, Any]:
        return {"next": 1, "suppressed": {}, "heeded": ["BOUNCE", "COMPLAINT"], "expired": False}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        claim = headers.get("authorization", "")
        return claim.startswith(f"AWS4-HMAC-SHA256 Credential={KEY_ID}/") and not self.state["expired"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        return {"__type": "ExpiredTokenException" if self.state["expired"] else code, "message": message}

    def expire(self) -> None:
        self.state["expired"] = True

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        self.state["suppressed"] |= {one: ["COMPLAINT", now.timestamp()] for one in given.get("suppressed", ())}
        self.state["heeded"] = list(given.get("heeded", self.state["heeded"]))

    def dump(self) -> dict[str, Any]:
        listed = [{"address": address, "reason": reason} for address, (reason, _) in self.state["suppressed"].items()]
        return {"records": [], "suppressed": listed}

    def do_get_caller_identity(self, ask: Ask) -> Answer:
        return Answer(200, _IDENTITY.encode())

    def do_get_account(self, ask: Ask) -> Answer:
        quota = {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0}
        state = {"SendingEnabled": True, "ProductionAccessEnabled": True, "EnforcementStatus": "HEALTHY"}
        heeded = {"SuppressedReasons": self.state["heeded"]}
        return Answer(200, {**state, "SendQuota": quota, "SuppressionAttributes": heeded})

    def do_put_suppressed_destination(self, ask: Ask) -> Answer:
        """SES has ASCII addresses only."""
        address = ask.body["EmailAddress"].lower()
        if "@" not in address or not address.isascii():
            return self.error(400, "BadRequestException", "not an address")
        self.state["suppressed"][address] = [ask.body["Reason"], ask.now.timestamp()]
        return Answer(200, {})

    def do_get_suppressed_destination(self, ask: Ask) -> Answer:
        address = ask.params["address"].lower()
        if address not in self.state["suppressed"]:
            return self.error(404, "NotFoundException", "not on the list")
        reason, since = self.state["suppressed"][address]
        entry = {"EmailAddress": address, "Reason": reason, "LastUpdateTime": since}
        return Answer(200, {"SuppressedDestination": entry})
