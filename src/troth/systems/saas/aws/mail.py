"""SES: the account's suppression list. To whom it is on, SES sends nothing at all from this account and region.

Entries are put in with the address in the body; SES looks one up by the address in the URL only. They are never
removed: an objection outlives the data of who objected.
"""

import re
from collections.abc import Iterator

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Expires, Finding, SystemProblem
from troth.systems.saas.aws.calls import Aws

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_STAYS = Expires(on="once somebody who may takes it off the list", setting="the suppression list of SES")


class Mail:
    """The suppression list of one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def find(self, who: Identifiers) -> list[Finding]:
        """The person's entries, however they came there: SES makes some itself, after bounces and complaints."""
        return [finding for address in sendable(who) for finding in self._entry(address)]

    def suppress(self, who: Identifiers) -> int:
        """Puts every address on the list, for a reason that the account heeds. Putting it there again changes nothing.

        Raises `SystemProblem` when the account heeds the list for no reason: then an entry would be without effect.
        """
        addresses = sendable(who)
        if not addresses:
            return 0
        reason = self._heeded()
        for address in addresses:
            given = {"EmailAddress": address, "Reason": reason}
            self._aws.call("suppress an address", "sesv2", "put_suppressed_destination", **given)
        return len(addresses)

    def _entry(self, address: str) -> Iterator[Finding]:
        told = self._aws.call(
            "look at the suppression list",
            "sesv2",
            "get_suppressed_destination",
            need=("SuppressedDestination",),
            gone=("NotFoundException",),
            EmailAddress=address,
        )
        if told:
            entry = told["SuppressedDestination"]
            values = {"address": address, "reason": entry["Reason"], "since": entry["LastUpdateTime"].isoformat()}
            yield Finding("entry of the suppression list", address, values, goes=_STAYS)

    def _heeded(self) -> str:
        account = self._aws.call("look at the account's mail", "sesv2", "get_account", need=("SendQuota",))
        heeded = account.get("SuppressionAttributes", {}).get("SuppressedReasons", [])
        for reason in ("COMPLAINT", "BOUNCE"):
            if reason in heeded:
                return reason
        raise SystemProblem(
            f"{self._aws.name}: the suppression list of the account is off, so entries have no effect; "
            "turn it on in SES (account-level suppression, complaints)",
            consequence="fix settings",
        )


def sendable(who: Identifiers) -> list[str]:
    """The addresses as SES can send to them: in ASCII, an international domain in its ASCII form."""
    return list(dict.fromkeys(form for address in who.email for form in _ascii(address)))


def _ascii(address: str) -> Iterator[str]:
    local, _, domain = address.rpartition("@")
    if not _ADDRESS.fullmatch(address) or not local.isascii():
        return
    try:
        yield f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:  # no domain, then: nothing can be sent there
        return
