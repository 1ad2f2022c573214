"""Recipients in their roles: processors under contract, controllers of their own, joint controllers."""

from collections.abc import Iterator
from datetime import date

from troth.policy.checks.looks import gathered, listed
from troth.policy.checks.registry import EUROPE, Finding, check, rows
from troth.policy.model import Policy


@check("T-0371", "warning", "a processor has a contract", article="GDPR Art. 28(3)", needs=("recipients",), laws=EUROPE)
def processor_bound(policy: Policy, day: date) -> Iterator[Finding]:
    unbound = [rid for rid, one in policy.recipients.items() if one.role == "processor" and one.contract is None]
    if unbound:
        message = f"nothing says since when the processing agreement with {listed(unbound)} is in force"
        yield Finding(gathered("recipients", unbound), message, "add `contract:`, the day of the agreement")


@check("T-0372", "error", "a contract comes before the data", article="GDPR Art. 28(3)", needs=("effective",))
def contract_first(policy: Policy, day: date) -> Iterator[Finding]:
    for rid, recipient in policy.recipients.items():
        if recipient.contract and recipient.contract > day:
            message = f"{recipient.name} gets data from {day} on, and its agreement is of {recipient.contract}"
            yield Finding(f"recipients.{rid}.contract", message, "let the policy take effect later, or sign before")


@check(
    "T-0373",
    "warning",
    "a recipient that decides for itself says how",
    article="GDPR Art. 13(1)(e), 14",
    needs=("recipients",),
)
def own_policy(policy: Policy, day: date) -> Iterator[Finding]:
    for rid, recipient in policy.recipients.items():
        if recipient.role == "controller" and not recipient.privacy_policy:
            message = f"{recipient.name} decides for itself what it does with data, and its own policy is not linked"
            yield Finding(f"recipients.{rid}", message, "add `privacy_policy:`")


@check(
    "T-0374",
    "error",
    "people may read how joint controllers share duties",
    article="GDPR Art. 26(2)",
    needs=("recipients",),
    laws=EUROPE,
)
def arrangement_told(policy: Policy, day: date) -> Iterator[Finding]:
    for rid, recipient in policy.recipients.items():
        if recipient.role == "joint controller" and not recipient.arrangement:
            message = f"nothing says who of you and {recipient.name} does what, as joint controllers"
            yield Finding(f"recipients.{rid}.role", message, "add `arrangement:`, the essence of what was agreed")


@check("T-0375", "warning", "a party is declared once", needs=("recipients",))
def party_once(policy: Policy, day: date) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for rid, recipient in policy.recipients.items():
        before = first.setdefault(recipient.name.casefold(), rid)
        if before != rid:
            message = f"`{rid}` and `{before}` are both {recipient.name}: a withdrawal would reach one of them"
            yield Finding(f"recipients.{rid}.name", message, "declare the party once")


@check("T-0376", "error", "who stores data does so for you", article="GDPR Art. 28(1), (3)")
def storage_processor(policy: Policy, day: date) -> Iterator[Finding]:
    for i, storage in enumerate(policy.storage):
        recipient = policy.recipients.get(storage.recipient)
        if recipient and recipient.role == "controller":
            message = (
                f"{recipient.name} keeps your data, yet as a controller that decides for itself what to do with it"
            )
            yield Finding(f"storage.{i}.recipient", message, "make it a `processor`, under contract")


@check("T-0378", "error", "a processor has no purposes of its own", article="GDPR Art. 28(3)(a), (10)")
def processor_instructed(policy: Policy, day: date) -> Iterator[Finding]:
    for at, touchpoint, row in rows(policy):
        for i, purpose in enumerate(row.purposes if touchpoint.role == "processor" else ()):
            if row.marketing or purpose.purpose in policy.marketing_purposes:
                message = f"`{purpose.purpose}` is marketing, with data you hold as a customer's processor"
                yield Finding(f"{at}.purposes.{i}", message, "leave it out: a processor acts on instructions only")
