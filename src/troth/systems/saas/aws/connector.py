"""AWS: objects in S3, items in DynamoDB, events in CloudWatch Logs, the suppression list of SES.

One system is one account and region. What people's data is in is named in the settings; nothing else is touched.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from troth.systems.kit.auth import Auth, NoAuth
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Found, NotOffered, Outcome
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas.aws.calls import Aws as Calls
from troth.systems.saas.aws.logs import Logs
from troth.systems.saas.aws.mail import Mail
from troth.systems.saas.aws.objects import Objects
from troth.systems.saas.aws.settings import AwsSettings
from troth.systems.saas.aws.tables import Tables


class Aws(SaasSystem):
    """Found by keys, tags and words that the settings make of the person's identifiers."""

    Settings = AwsSettings
    TITLE: ClassVar[str] = "AWS"
    FIELDS: ClassVar[Mapping[str, str]] = {}
    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "deliver": NotOffered(
            reason="stores have no form of their own for a record that somebody hands over",
            source="S3 and DynamoDB take any object or item; which one your applications expect, only they know",
            manual_steps="let the application that reads the store fetch the record from Troth, and store it itself",
        ),
    }
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "what the named keys, tags and words do not reach; log lines that spell an identifier in other letters",
        "erase": "log events, which expire; locked objects, backups, copies elsewhere, SES's suppression list",
        "rectify": "attributes of DynamoDB items only; objects and log events cannot be corrected in place",
        "suppress": "configuration sets with suppression settings of their own",
        "oldest": "DynamoDB items: they bear no time of their own",
    }
    settings: AwsSettings

    def __init__(self, name: str, settings: AwsSettings) -> None:
        super().__init__(name, settings)
        self.calls = Calls(name, settings, self.pace)
        self.objects = Objects(self.calls, settings.buckets, settings.content_bytes)
        self.tables = Tables(self.calls, settings.tables, self.mapping)
        self.logs = Logs(self.calls, settings.log_groups)
        self.mail = Mail(self.calls)

    def auth(self) -> Auth:
        return NoAuth()  # botocore signs each call

    def test(self) -> Done:
        """Whose keys these are."""
        reply = self.calls.call("test the connection", "sts", "get_caller_identity", need=("Account",))
        return Done({"account": str(reply["Account"])})

    def find(self, who: Identifiers) -> Outcome:
        """Every version of every object, every item, every log event, every entry of the suppression list."""
        parts = {"objects": self.objects.find(who), "items": self.tables.find(who), "log events": self.logs.find(who)}
        if self.settings.suppression:
            parts["entries of the suppression list"] = self.mail.find(who)
        findings = tuple(finding for part in parts.values() for finding in part)
        return Found({name: len(part) for name, part in parts.items()}, findings)

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Every version and item for good, seen to be gone. Log events, recoverable pasts and locks remain, as told.

        What is gone is not found again, so `key` is not needed.
        """
        if self.settings.log_groups and not (self.settings.buckets or self.settings.tables):
            return self._only_logs()
        items = self.tables.erase(who)
        versions, locked = self.objects.erase(who)
        remains = (*locked, *self.tables.remains(), *self.logs.remains())
        return Done({**items, **versions}, remains=remains)

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Write the right values into items that have such an attribute."""
        if not self.settings.tables:
            return NotOffered(
                reason="objects and log events cannot be corrected in place",
                source="S3 replaces whole objects only; CloudWatch Logs changes no event",
                manual_steps="let the application that wrote the object write it anew",
            )
        return Done({"items": self.tables.rectify(who, changes)})

    def suppress(self, who: Identifiers, *, key: str) -> Outcome:
        """Put every address of the person on SES's suppression list. Harmless when repeated."""
        if not self.settings.suppression:
            return NotOffered(
                reason=f"{self.title} sends no marketing, as far as its settings say",
                source="the setting suppression is off",
                manual_steps="switch suppression on if marketing goes out through SES; it stops all its mail to them",
            )
        return Done({"addresses": self.mail.suppress(who)})

    def oldest(self) -> Outcome:
        """The oldest version of an object and the oldest log event."""
        if not (self.settings.buckets or self.settings.log_groups):
            return NotOffered(
                reason="DynamoDB items bear no time of their own",
                source="DynamoDB API: an item has the attributes its application gave it, no others",
                manual_steps="look for the oldest item by the application's own time attribute",
            )
        parts = {**self.objects.oldest(), **self.logs.oldest()}
        untold = sorted({f"table {table.table}" for table in self.settings.tables})
        return Done({"oldest": _first(list(parts.values())), "by_part": parts, "not_looked_at": untold})

    def _only_logs(self) -> Outcome:
        found = self.logs.remains()
        for_ever = [one for one in found if isinstance(one, NotOffered)]
        if for_ever:
            return for_ever[0]
        expiries = [one for one in found if isinstance(one, Expires)]
        return Expires(on="; ".join(one.on for one in expiries), setting="; ".join(one.setting for one in expiries))


def _first(times: Sequence[str | None]) -> str | None:
    return min((time for time in times if time), default=None)
