"""A comment as Zendesk wants it to be redacted: what is to go stands between `<redact>` tags."""

from html.parser import HTMLParser

BLOCK = "▇"  # what Zendesk puts in place of each character
_LINKS = frozenset({"a", "img"})


def redacted(html: str) -> str | None:
    """The HTML with every text and link marked to go; None when nothing is left to redact."""
    marker = _Marker()
    marker.feed(html)
    marker.close()
    return "".join(marker.parts) if marker.marked else None


class _Marker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.marked = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        if tag in _LINKS and not any(name == "redact" for name, _ in attrs):
            end = "/>" if text.endswith("/>") else ">"
            text = f"{text[: -len(end)].rstrip()} redact{end}"
            self.marked = True
        self.parts.append(text)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if data.strip().strip(BLOCK).strip():
            self.marked = True
            data = f"<redact>{data}</redact>"
        self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self._character(f"&{name};", blank=name == "nbsp")

    def handle_charref(self, name: str) -> None:
        self._character(f"&#{name};", blank=name in ("160", "xa0", "xA0"))

    def handle_comment(self, data: str) -> None:
        self.parts.append(f"<!--{data}-->")

    def _character(self, text: str, *, blank: bool) -> None:
        self.marked = self.marked or not blank
        self.parts.append(text if blank else f"<redact>{text}</redact>")
