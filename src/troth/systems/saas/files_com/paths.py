"""Paths at Files.com. A path is one segment of the URL there, so the name of a person's folder stands in it."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from troth.systems.kit.identifiers import Identifiers

_PLACE = re.compile(r"\{(email|phone|account|device)\}")
_NO_NAME = re.compile(r"[/\\\x00-\x1f\x7f]")


def segment(path: str) -> str:
    """A path as one segment of a URL: its slashes part nothing there."""
    return quote(path, safe="")


def folder(template: str, value: str) -> str | None:
    """The folder of a template for one identifier; None when that cannot be part of a folder's name.

    A value with a slash, or one that would name the folder above, reaches nobody's folder.
    """
    if not value.strip() or _NO_NAME.search(value):
        return None
    path = _PLACE.sub(lambda _: value, template)
    return None if any(part.strip() in ("", ".", "..") for part in path.split("/")) else path


def folders(templates: Sequence[str], who: Identifiers) -> Iterator[str]:
    """The folders of a person, each once."""
    kinds = {"email": who.addresses, "phone": who.phone, "account": who.account, "device": who.device}
    found = [folder(template, value) for template in templates for value in kinds[kind_of(template)]]
    yield from dict.fromkeys(path for path in found if path)


def kind_of(template: str) -> str:
    """By which kind of identifier a template names folders."""
    match = _PLACE.search(template)
    assert match, "the settings demand a place"
    return match.group(1)


def fixed(template: str) -> str:
    """The folder in which all folders of a template lie."""
    return template.partition("{")[0].rpartition("/")[0]
