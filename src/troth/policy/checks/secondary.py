"""Purposes beside the rows: secondary ones, decisions by machines, grounds for sharing and for keeping longer."""

from collections.abc import Iterator
from datetime import date

from troth.policy.checks.registry import Finding, check, rows
from troth.policy.dpv_terms import DATA, PURPOSES
from troth.policy.model import Policy
from troth.policy.problems import did_you_mean

DECIDE = frozenset({"contract", "pre-contract", "consent", "legal obligation"})
"""What a decision by a machine alone may rest on (GDPR Art. 22(2)): a contract, a law, explicit consent."""

MARKETING = frozenset(
    f"dpv:{term}"
    for term in (
        "Advertising",
        "DirectMarketing",
        "Marketing",
        "PersonalisedAdvertising",
        "SocialMediaMarketing",
        "TargetedAdvertising",
    )
)
KNOWN = ("dpv", "pd")
"""Prefixes whose terms we know all of."""

MOST_GUESSES = 50
"""A guess compares with every term of the vocabulary; after so many wrong ones the author looks it up."""


@check("T-0325", "warning", "a `dpv` term is one of the vocabulary")
def term_known(policy: Policy, day: date) -> Iterator[Finding]:
    guesses = 0
    for section, terms in (("data", DATA), ("purposes", PURPOSES), ("secondary_purposes", PURPOSES)):
        for name, part in getattr(policy, section).items():
            if part.dpv.partition(":")[0] in KNOWN and part.dpv not in terms:
                of = "data" if section == "data" else "a purpose"
                message = f"`{part.dpv}` is no term for {of} in the Data Privacy Vocabulary 2.3"
                guess = did_you_mean(part.dpv, sorted(terms)) if guesses < MOST_GUESSES else None
                guesses += 1
                yield Finding(f"{section}.{name}.dpv", message, guess or "choose one of https://w3id.org/dpv")


@check("T-0386", "warning", "what is marketing is marked so", article="GDPR Art. 21(2)", needs=("purposes",))
def marketing_marked(policy: Policy, day: date) -> Iterator[Finding]:
    for name, purpose in policy.purposes.items():
        if purpose.dpv in MARKETING and not purpose.marketing:
            message = f"`{name}` is `{purpose.dpv}`, but not marked as marketing: an objection would not end it"
            yield Finding(f"purposes.{name}.dpv", message, "add `marketing: true`")


@check("T-0388", "error", "somebody may invoke a secondary purpose", article="GDPR Art. 5(1)(b), (2)")
def somebody_invokes(policy: Policy, day: date) -> Iterator[Finding]:
    for name, secondary in policy.secondary_purposes.items():
        if not secondary.may_invoke:
            help = "name the teams that may, or remove the purpose"
            yield Finding(f"secondary_purposes.{name}.may_invoke", f"nobody may use data for `{name}`", help)


@check("T-0397", "error", "a secondary purpose relies on one of its bases", article="GDPR Art. 6(1)")
def secondary_basis(policy: Policy, day: date) -> Iterator[Finding]:
    for name, secondary in policy.secondary_purposes.items():
        if secondary.relies_on not in secondary.bases:
            message = f"`{name}` relies on `{secondary.relies_on}`, which is not among its bases"
            yield Finding(f"secondary_purposes.{name}.relies_on", message, "publish the basis it relies on")


@check("T-0390", "error", "a machine decides only where it may", article="GDPR Art. 22(2)", needs=("purposes",))
def machine_may(policy: Policy, day: date) -> Iterator[Finding]:
    automated = {name for name, purpose in policy.purposes.items() if purpose.automated}
    for at, _, row in rows(policy):
        for i, purpose in enumerate(row.purposes if automated else ()):
            if purpose.purpose in automated and purpose.relies_on not in DECIDE:
                message = (
                    f"a machine alone decides for `{purpose.purpose}`, which may not rest on `{purpose.relies_on}`"
                )
                help = "rely on explicit consent, a contract or a law, or let a person decide"
                yield Finding(f"{at}.purposes.{i}.relies_on", message, help)


@check(
    "T-0391",
    "error",
    "somebody looks at a decision when asked",
    article="GDPR Art. 22(3), 13(2)(f)",
    needs=("purposes",),
)
def human_looks(policy: Policy, day: date) -> Iterator[Finding]:
    for name, purpose in policy.purposes.items():
        if purpose.automated and not purpose.automated.human:
            message = f"a machine alone decides for `{name}`, and nothing says how people get someone to look at it"
            yield Finding(f"purposes.{name}.automated", message, "add `human:`")


@check("T-0370", "error", "no exception to retention rests on consent", article="GDPR Art. 17(1)(b), (3)")
def exception_basis(policy: Policy, day: date) -> Iterator[Finding]:
    for name, exception in policy.retention_exceptions.items():
        if exception.basis == "consent":
            message = f"`{name}` keeps data longer on consent, which may end any day"
            help = "name the duty or the claim it rests on, or make it a retention rule of its own"
            yield Finding(f"retention_exceptions.{name}.basis", message, help)


@check("T-0377", "error", "a ground for sharing has a basis", article="GDPR Art. 6(1), 13(1)(c)")
def sharing_basis(policy: Policy, day: date) -> Iterator[Finding]:
    for name, ground in policy.sharing.items():
        if not ground.bases:
            yield Finding(f"sharing.{name}.bases", f"`{name}` gives data away on no legal basis", "name one")
