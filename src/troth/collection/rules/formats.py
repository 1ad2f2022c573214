"""What a typed value must look like."""

import re
import unicodedata

from troth.policy.model import Item

LONGEST = {"long text": 5_000, "list": 5_000, "url": 2_000}
LONGEST_OTHER = 320
"""Characters; the longest e-mail address is among them."""

LINES = ("long text", "list")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff]")
BREAK = re.compile(r"[\r\n\x85]")
LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
PATTERNS = {
    "email": (
        # narrower than the RFC: what every mail system takes, and nothing that could end a header
        re.compile(rf"[^@\s\"<>(),;:\\\[\]]{{1,64}}@{LABEL}(?:\.{LABEL})+"),
        "an e-mail address, such as name@example.com",
    ),
    "phone": (re.compile(r"\+?[\d\s().\-/]{5,30}(\s?(x|ext\.?)\s?\d{1,6})?"), "a phone number, such as +49 30 123456"),
    "url": (re.compile(r"https?://[^\s/\"<>]+\.[^\s\"<>]+"), "an address, such as https://example.com"),
}


def longest(item: Item) -> int:
    """How many characters of an item are taken."""
    return LONGEST.get(item.format, LONGEST_OTHER)


def fault(item: Item, label: str, text: str) -> tuple[str, str] | None:
    """(code, words) of what is wrong with a value; None if nothing is. The words never hold the value."""
    if len(text) > longest(item):
        return "too-long", f"{label} has {len(text)} characters; at most {longest(item)} are taken"
    if CONTROL.search(text) or (item.format not in LINES and BREAK.search(text)):
        return "wrong-format", f"{label} holds characters that cannot be typed here"
    pattern, such = PATTERNS.get(item.format, (None, ""))
    if pattern and not pattern.fullmatch(text):
        return "wrong-format", f"{label} must be {such}"
    if item.format == "email" and unicodedata.normalize("NFKC", text) != text:
        # letters that only look like others: systems would store another spelling than the one we look for later
        return "wrong-format", f"{label} must be {PATTERNS['email'][1]}, in plain letters"
    return None
