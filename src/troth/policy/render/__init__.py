"""Problems as others read them: `text` for people, `as_json` for programs, `sarif` and `github` for code hosts.

Importing this loads what text and JSON need; the other two are imported by their modules.
"""

from troth.policy.render.counts import counts, summary
from troth.policy.render.data import as_json
from troth.policy.render.terminal import text

__all__ = ["as_json", "counts", "summary", "text"]
