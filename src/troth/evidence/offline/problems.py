"""Ways in which checking a bundle ends early."""


class Unsound(Exception):
    """The bundle is not what it should be, and why: a failed verdict, not a mishap."""


class UnusableKey(ValueError):
    """What the reader gave as the trusted key is not a verifier key."""


def shown(name: str) -> str:
    """A hostile name made safe to print: ASCII, short, quoted."""
    return ascii(name[:60])
