"""`TROTH_RECORD_HTTP=FILE`: every call out as a JSON line, for audits and outside checks.

The file holds personal data (bodies and replies are whole): it belongs where such data may be, and goes when it has
served. Only credentials are masked.
"""

from collections.abc import Mapping


def note(
    system: str, *, method: str, url: str, headers: Mapping[str, str], body: bytes, status: int, response: bytes
) -> None:
    """Appends one call to the file, if there is one. NOT BUILT YET."""
