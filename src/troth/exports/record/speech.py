"""The record's own words in another language, by what they are in English."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from troth.exports.record.values import Record


@cache
def texts(language: str) -> Mapping[str, str]:
    """English → the language (`de`); empty for one that does not come with Troth, whose record speaks English."""
    path = Path(__file__).parent / f"{language}.yaml"
    if not path.is_file():
        return {}
    found: Mapping[str, str] = yaml.load(path.read_text("utf-8"), Loader=yaml.CBaseLoader)  # noqa: S506
    return found


def say(record: Record, text: str, **values: str) -> str:
    """A text of ours in the record's language, its `{name}`s filled."""
    said = texts(record.language.partition("-")[0]).get(text, text)
    return said.format_map(values) if values else said
