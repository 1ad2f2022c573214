"""The published notice: one document made from a policy, and its forms. Pure.

`document` makes it; `as_html`, `as_markdown`, `as_pdf` and `as_data` write it.
"""

from troth.notice.build import document, languages
from troth.notice.values import Document, Edition, Places

__all__ = ["Document", "Edition", "Places", "document", "languages"]
