"""What the sections are written with: runs of text, open points, bases with their articles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from troth.notice.rows import PublishedTable
from troth.notice.values import Block, Edition, Items, Line, Para, Places, Run, Runs, Section, Style
from troth.policy.languages import Words
from troth.policy.model import Basis, Policy


@dataclass(frozen=True, slots=True)
class Hand:
    """`policy`: in the document's language as far as it is translated; `foreign`: the texts of it that are not, and
    stay in the language `original`.
    """

    policy: Policy
    words: Words
    table: PublishedTable
    places: Places
    history: Sequence[Edition]
    original: str
    foreign: frozenset[str]

    def text(self, text: str, style: Style = "", href: str = "") -> Run:
        """A text of the policy."""
        return Run(text, style, href, self.original if text in self.foreign else "")

    def word(self, key: str, style: Style = "", href: str = "", /, **values: object) -> Run:
        """A text of the catalogue."""
        return Run(self.words(key, **values), style, href)

    def marked(self, text: str, assumption: str | None, style: Style = "") -> Runs:
        """A text of the policy and the number of the open point it rests on."""
        return (self.text(text, style), *self.marks(assumption))

    def note(self, *numbers: int) -> Runs:
        """References to open points; 0 is none, and none is made twice."""
        return tuple(Run(str(n), "note", f"#open_{n}") for n in dict.fromkeys(numbers) if n)

    def section(self, id: str, title: str, *blocks: Block) -> Section:
        """A section whose title is a text of the catalogue."""
        return Section(id, self.words(title), blocks)

    def marks(self, assumption: str | None) -> Runs:
        """A reference to the open point that something rests on, if it rests on one."""
        return self.note(self.table.number(assumption))

    def para(self, text: str, assumption: str | None = None) -> Para:
        return Para(self.marked(text, assumption))

    def law(self, basis: Basis) -> str:
        """`Consent, Art. 6(1)(a)`."""
        return f"{capital(self.words.basis(basis))}, {self.words.name('article', basis)}"

    def because(self, basis: Basis, interest: str = "") -> Runs:
        """The basis with its article, and what it means here: the interest in the policy's words, if that is it."""
        why = self.text(interest) if interest and basis == "legitimate interest" else None
        means = Run(why.text, "soft", "", why.lang) if why else self.word(f"notice.because.{key(basis)}", "soft")
        return Run(f"{self.law(basis)}: ", "soft"), means, Run(end(means.text), "soft")


def key(name: str) -> str:
    """The policy language's word as a part of a key: `legitimate interest` is `legitimate-interest`."""
    return name.replace(" ", "-")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def end(text: str) -> str:
    """The full stop a text needs to be a sentence; nothing where it ends as one."""
    return "" if text.rstrip().endswith((".", "!", "?", "…", "。", "؟")) else "."


def spread(parts: Iterable[Runs], between: str = ", ") -> Runs:
    """The parts in one line, with `between` between them."""
    out: list[Run] = []
    for part in parts:
        out += [Run(between)] if out else []
        out += part
    return tuple(out)


def listed(texts: Iterable[Runs]) -> Items:
    return Items(tuple(Line(runs) for runs in texts))


def web(url: str) -> str:
    """The address if it is one a reader may follow, else nothing: a policy's text never becomes a script."""
    clean = url.strip()
    return clean if clean.casefold().startswith(("https://", "http://")) and not any(map(str.isspace, clean)) else ""


def mail(address: str) -> str:
    """`mailto:` for an address; nothing for what is none."""
    fine = address.count("@") == 1 and not any(c.isspace() or c in "<>\"'?&%#" for c in address)
    return f"mailto:{address}" if fine else ""
