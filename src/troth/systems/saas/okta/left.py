"""What acts leave at Okta, and why."""

from troth.systems.kit.outcomes import Expires, NotOffered
from troth.systems.saas.okta.accounts import LOG_STAYS


def counts(users: int, freed: int) -> dict[str, int]:
    """What an act was done to."""
    return {"users": users, **({"second_addresses": freed} if freed else {})}


def remains(stay: int, freed: int, *, logged: bool) -> tuple[Expires | NotOffered, ...]:
    """What an erasure leaves there."""
    others = NotOffered(
        reason=f"{freed} accounts had the address only as their second one; they stay, without it",
        source="https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ (secondEmail)",
        manual_steps="look in Okta whose they are; delete one that is the person's own",
    )
    left = ((protected(stay),) if stay else ()) + ((others,) if freed else ())
    return ((LOG_STAYS,) if logged else ()) + left


def protected(count: int) -> NotOffered:
    """Why accounts of admins, and those the settings protect, are left alone."""
    return NotOffered(
        reason=f"{count} accounts of the person are of admins or in a protected group",
        source="https://developer.okta.com/docs/api/openapi/okta-management/management/tag/RoleAssignmentAUser/",
        manual_steps="take the admin roles and the protected groups from the account in Okta, then try again",
    )
