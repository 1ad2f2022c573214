"""SES: the account's suppression list. To whom it is on, SES sends nothing at all from this account and region.

Entries are put in with the address in the body. They are never looked up or removed: both would need the address in
the URL, and an objection outlives the data of who objected.
"""

from collections.abc import Sequence

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas.aws.calls import Aws


class Mail:
    """The suppression list of one account and region."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def suppress(self, addresses: Sequence[str]) -> int:
        """Puts every address on the list, for a reason that the account heeds. Putting it there again changes nothing.

        Raises `SystemProblem` when the account heeds the list for no reason: then an entry would be without effect.
        """
        if not addresses:
            return 0
        reason = self._heeded()
        for address in addresses:
            given = {"EmailAddress": address, "Reason": reason}
            self._aws.call("suppress an address", "sesv2", "put_suppressed_destination", **given)
        return len(addresses)

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
