"""Words in the reader's language: texts by key, dates, periods, lists, countries. Pure: it reads its own data files.

`words("de")("notice.contents")` is a text of `de/notice.yaml`; a key that a language lacks is told in English. An
operator adds a whole language in the policy's own files, under `wording`.
"""

from troth.policy.languages.catalogue import BUILT_IN, ENGLISH
from troth.policy.languages.words import Words, words

__all__ = ["BUILT_IN", "ENGLISH", "Words", "words"]
