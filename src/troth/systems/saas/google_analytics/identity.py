"""By what Google Analytics knows somebody, and in which form it takes each of those."""

import re
from collections.abc import Iterator

from troth.systems.kit.identifiers import Identifiers

# The value of the cookie _ga is GA1.2.<client id>; the client id is two numbers. A device identifier of any other form
# is somebody else's and does not go to Google.
_CLIENT = re.compile(r"(?:GA[0-9]\.[0-9]+\.)?([0-9]{1,20}\.[0-9]{1,20})")
_APP_INSTANCE = re.compile(r"[0-9a-fA-F]{32}")
_GMAIL = ("gmail.com", "googlemail.com")


def client_id(device: str) -> str | None:
    """The client id in a device identifier, with or without what the cookie puts before it; None when it is none."""
    match = _CLIENT.fullmatch(device.strip())
    return match.group(1) if match else None


def subjects(who: Identifiers, *, identified: bool) -> Iterator[tuple[str, str]]:
    """(member of the deletion request, value), each once. `identified`: whether a known person may be named."""
    found: dict[tuple[str, str], None] = {}
    for device in who.device:
        client = client_id(device)
        if client:
            found["clientId", client] = None
        elif _APP_INSTANCE.fullmatch(device.strip()):
            found["appInstanceId", device.strip()] = None
    if identified:
        found |= {("userId", account): None for account in who.account}
        found |= {("userProvidedData", _address(one)): None for one in who.email}
        found |= {("userProvidedData", f"+{re.sub(r'[^0-9]', '', one)}"): None for one in who.phone}
    yield from found


def _address(email: str) -> str:
    """As Google wants user-provided addresses: lower case, no spaces, no dots before the @ of Gmail."""
    local, _, domain = re.sub(r"\s", "", email).lower().rpartition("@")
    return f"{local.replace('.', '') if domain in _GMAIL else local}@{domain}"
