"""What goes into the log of the web: never the secret part of an address."""

import logging
import re

_SECRET = re.compile(r"(?<=/)[A-Za-z0-9_-]{40,}(?=[/?\s]|$)")  # our links' tokens have 43 characters, ids 36


class WithoutSecrets(logging.Filter):
    """Masks the tokens of links, which Django repeats when such an address answers 4xx or 5xx."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _SECRET.sub("…", record.getMessage()), ()
        return True
