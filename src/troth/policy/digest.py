"""The digest of a policy: the same for the same content, whatever the order of its files, keys or comments."""

import hashlib

import rfc8785

from troth.policy.model import Policy


def digest(policy: Policy) -> str:
    """SHA-256 (hex) of the policy's canonical JSON (RFC 8785), less what is left at its default.

    So a language that grows by keys nobody uses yet leaves the digests of published policies as they are.
    """
    return hashlib.sha256(rfc8785.dumps(policy.model_dump(mode="json", exclude_defaults=True))).hexdigest()
