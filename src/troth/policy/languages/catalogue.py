"""The texts that come with Troth: `<language>/<part>.yaml`, flat `key: text`, read when first asked for.

The first word of a key says its part (`notice.contents` stands in `notice.yaml`); words that are no part of their own
stand in `common.yaml`.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

ENGLISH = "en"
BUILT_IN = (ENGLISH, "de")
"""The languages that come complete."""

PARTS = ("common", "notice", "changes", "letters", "countries")
_PREFIXES = {"notice": "notice", "changes": "changes", "letters": "letters", "country": "countries"}


@cache
def part(language: str, name: str) -> Mapping[str, str]:
    """A part of a language, by key; empty for a language or a part that does not come with Troth."""
    if language not in BUILT_IN or name not in PARTS:
        return {}
    path = Path(__file__).parent / language / f"{name}.yaml"
    if not path.is_file():
        return {}
    # every scalar is a text: `NO` is Norway and `1` a key
    texts: Mapping[str, str] = yaml.load(path.read_text("utf-8"), Loader=yaml.CBaseLoader) or {}  # noqa: S506
    return texts


def text(language: str, key: str) -> str | None:
    """The text of a key in a language that comes with Troth; None if it has none."""
    return part(language, _PREFIXES.get(key.partition(".")[0], "common")).get(key)


@cache
def keys() -> Mapping[str, str]:
    """Every key with its English text: what a further language has to say."""
    return {key: text for name in PARTS for key, text in part(ENGLISH, name).items()}
