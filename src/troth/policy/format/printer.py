"""The tree of a policy file, printed: two spaces a level, 120 characters a line, comments where they were.

- Entries keep their order; one empty line at most stays between them.
- `{…}` and `[…]` stay on one line while they fit; else each part gets a line, and lists of mere words are filled.
- A text that does not fit is folded (`>-`).
"""

from bisect import bisect
from collections import deque

from troth.policy.format import scalars
from troth.policy.format.nodes import Alias, Mapping, Node, Scalar, Sequence
from troth.policy.format.source import Comment, Source

WIDTH = 120
STEP = 2


class Printer:
    """Prints one document. `lines` is what has been printed."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines: list[str] = []
        self.comments = deque(comment for comment in source.comments if not comment.header)
        self.places = [comment.index for comment in self.comments]
        self.headers = {source.gap(c.index): c for c in source.comments if c.header}
        self.dashes = iter(source.dashes)
        self.last = -1
        """Where the word stands that was printed last."""
        self.text = False
        """True if the last line is one of a text to which a comment behind it would belong."""

    def document(self, node: Node | None, *, explicit: bool) -> str:
        if explicit:
            start = self.source.begins
            self.before(start, 0)
            self.line("---", start)
        if node is not None and not (isinstance(node, Scalar) and not node.raw):
            self.value("", node, 0)
        self.before(len(self.source.text), 0)
        return "\n".join(self.lines) + "\n" if self.lines else ""

    # -- comments ------------------------------------------------------------------------------------------------

    def line(self, text: str, last: int) -> None:
        """Prints a line, with the comment behind it. `last`: where its last word stands in the source."""
        self.lines.append(text.rstrip())
        self.last, self.text = last, False
        self.tail()

    def next_here(self) -> bool:
        """True if the next comment comes before the next word."""
        return self.source.gap(self.comments[0].index) == self.source.gap(self.last)

    def before(self, start: int, indent: int) -> None:
        """Prints the comments before what stands at `start`, and the empty line before that."""
        while self.comments and self.comments[0].index < start:
            self.comment(self.comments.popleft(), indent)
        if start < len(self.source.text) and self.source.blank_before(start):
            self.blank()

    def comment(self, comment: Comment, indent: int) -> None:
        if comment.blank:
            self.blank()
        self.lines.append(" " * indent + comment.text)

    def blank(self) -> None:
        """An empty line, but at the beginning, after another one, and right below the key of what follows."""
        if self.lines and self.lines[-1] and not self.lines[-1].split("  #")[0].endswith(":"):
            self.lines.append("")

    def rest(self, column: int, indent: int) -> None:
        """At the end of a block: the comments that were indented as its entries are still belong to it."""
        while self.comments and self.comments[0].own and self.next_here() and self.comments[0].column >= column > 0:
            self.comment(self.comments.popleft(), indent)

    # -- nodes ---------------------------------------------------------------------------------------------------

    def value(self, head: str, node: Node, indent: int) -> None:
        """Prints `head` (`  key: ` or `  - `, or nothing) and the node behind or below it.

        `indent`: that of the block the node opens, if it does.
        """
        if isinstance(node, Mapping | Sequence) and not self.flat(head, node):
            self.collection(head, node, indent)
            return
        if self.comments and self.comments[0].index < node.start and head:
            self.apart(head, node, indent)
            return
        if isinstance(node, Scalar):
            self.scalar(head, node, indent)
        else:
            self.line(head + (inline(node) or ""), node.end - 1)

    def apart(self, head: str, node: Node, indent: int) -> None:
        """A value that comments part from its key stands below them."""
        self.line(head, self.last)
        self.before(node.start, indent)
        self.value(" " * indent, node, indent + STEP)

    def scalar(self, head: str, node: Scalar, indent: int) -> None:
        head += node.mark
        first, *rest = scalars.lines(node, room=WIDTH - len(head), indent=indent, width=WIDTH)
        if not rest:
            self.line(head + first, max(node.end - 1, self.last))
            return
        at = len(self.lines)
        self.lines += [head + first, *rest]
        self.last = node.end - 1
        self.text = folded = node.style in ("|", ">") or first == ">-"
        header = self.header(node)
        if header:
            self.lines[at] += f"  {header}"
        else:
            self.tail(at if folded else -1)

    def header(self, node: Scalar) -> str:
        """The comment behind the `|` or `>` of a text; empty if there is none."""
        comment = self.headers.get(self.source.gap(node.opened))
        return comment.text if comment and comment.index < node.end else ""

    def tail(self, line: int = -1) -> None:
        """The comment behind what was printed over several lines: behind the last, or where that would be text."""
        if self.comments and not self.comments[0].own and self.next_here():
            self.lines[line] += f"  {self.comments.popleft().text}"

    def flat(self, head: str, node: Mapping | Sequence) -> bool:
        """True if a collection can stay on the line of its head."""
        text = inline(node)
        if not node.flow or text is None or self.holds_comment(node):
            return False
        return len(head) + len(text) <= WIDTH or not (node.pairs if isinstance(node, Mapping) else node.items)

    def holds_comment(self, node: Node) -> bool:
        return bisect(self.places, node.start) < bisect(self.places, node.end)

    def collection(self, head: str, node: Mapping | Sequence, indent: int) -> None:
        """A block below its head; a mapping or list in a list begins on the line of its `-`."""
        if isinstance(node, Sequence) and node.flow and self.filled(head, node, indent):
            return
        compact = head.endswith("- ") and not node.mark
        at = len(self.lines)
        if head.strip() and not compact:
            self.line(head + node.mark, max(self.last, node.opened - 1) if node.mark else self.last)
        elif compact and self.comments and self.comments[0].index < first(node):
            self.line(head, self.last)
            compact = False
        column = self.source.column(node.opened)
        if node.flow:
            self.last = node.opened - 1
        self.entries(node, indent)
        if compact:
            self.lines[at] = head + self.lines[at][len(head) :]
        self.rest(0 if node.flow else column, indent)
        if node.flow:
            self.last = node.end - 1
            self.closing(indent)

    def closing(self, indent: int) -> None:
        """The comment behind a closing bracket that is no more."""
        if self.text and self.comments and not self.comments[0].own and self.next_here():
            self.lines.append(" " * indent + self.comments.popleft().text)
        self.tail()

    def entries(self, node: Mapping | Sequence, indent: int) -> None:
        margin = " " * indent
        if isinstance(node, Mapping):
            for key, value in node.pairs:
                self.before(key.start, indent)
                if header := self.header(key):
                    self.lines.append(margin + header)
                self.last = key.end - 1
                self.value(f"{margin}{scalars.key(key)}: ", value, indent + STEP)
            return
        for item in node.items:
            start = item.start if node.flow else next(self.dashes)
            self.before(start, indent)
            self.last = max(start - 1, self.last) if node.flow else start
            self.value(f"{margin}- ", item, indent + STEP)

    def filled(self, head: str, node: Sequence, indent: int) -> bool:
        """Prints a long list of words below its key, as many on a line as fit; False if it is no such list."""
        words = _inlined(node.items)
        if words is None or self.holds_comment(node) or not all(isinstance(i, Scalar | Alias) for i in node.items):
            return False
        if any(len(word) > WIDTH - indent - STEP for word in words):
            return False
        below = not head.endswith("- ")
        if below:
            self.lines.append((head + node.mark).rstrip())
        line = (" " * indent if below else head + node.mark) + "["
        for number, word in enumerate(words):
            text = f"{word}{',' if number < len(words) - 1 else ']'}"
            if len(line) + len(text) + 1 > WIDTH:
                self.lines.append(line.rstrip())
                line = " " * (indent + 1)
            line += text + " "
        self.line(line, node.end - 1)
        return True


def first(node: Mapping | Sequence) -> int:
    """Where the first part of a collection stands."""
    if isinstance(node, Mapping):
        return node.pairs[0][0].start if node.pairs else node.end
    return node.items[0].start if node.items and node.flow else node.opened


def inline(node: Node) -> str | None:
    """The node on one line; None if it cannot stand there."""
    if isinstance(node, Alias):
        return f"*{node.name}"
    if isinstance(node, Scalar):
        text = scalars.one_line(node)
        return None if text is None else node.mark + text
    if isinstance(node, Mapping) and node.flow:
        values = _inlined([value for _, value in node.pairs])
        pairs = zip((key for key, _ in node.pairs), values or (), strict=values is not None)
        inside = [f"{scalars.key(key)}: {value}".rstrip() for key, value in pairs]
        return None if values is None else f"{node.mark}{{{', '.join(inside)}}}"
    if isinstance(node, Sequence) and node.flow:
        values = _inlined(node.items)
        return None if values is None else f"{node.mark}[{', '.join(values)}]"
    return None


def _inlined(nodes: list[Node]) -> list[str] | None:
    found: list[str] = []
    for node in nodes:
        text = inline(node)
        if text is None:
            return None
        found.append(text)
    return found
