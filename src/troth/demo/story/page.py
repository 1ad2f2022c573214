"""A web page as a person meets it: its forms, its links, the letters of the mailbox."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form as it came: what its fields hold, which boxes there are, which of them came ticked, its buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    ticked: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Letter:
    """A letter on the mailbox page: all its words, and the addresses one can follow."""

    text: str = ""
    links: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """Reads one page. `text` is its words, in one line."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.letters: list[Letter] = []
        self._words: list[str] = []
        self._area: str | None = None
        self._in_letter = False
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    def form(self, method: str = "post", button: str | None = None) -> Form:
        """The first form of the method (with a button of this value). Raises LookupError if the page has none."""
        for form in self.forms:
            if form.method == method and (button is None or button in [value for _, value in form.buttons]):
                return form
        raise LookupError(f"the page has no such form; it says: {self.text[:200]}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "a" and given.get("href"):
            self.links.append(given["href"])
            if self._in_letter:
                self.letters[-1].links.append(given["href"])
        elif tag == "article" and "letter" in given.get("class", ""):
            self.letters.append(Letter())
            self._in_letter = True
        elif self.forms:
            self._control(self.forms[-1], tag, given)

    def _control(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "button" and given.get("type", "submit") == "submit":
            form.buttons.append((name, given.get("value", "")))
        elif tag == "input" and given.get("type") == "checkbox":
            form.boxes[name] = given.get("value", "on")
            if "checked" in given:
                form.ticked.add(name)
        elif tag == "input" and name:
            form.fields[name] = given.get("value", "")
        elif tag == "textarea" and name:
            form.fields[name] = ""
            self._area = name

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "article":
            self._in_letter = False

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._in_letter:
            self.letters[-1].text += f" {data}"
        if self._area and self.forms:
            self.forms[-1].fields[self._area] = data
