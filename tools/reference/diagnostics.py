"""The pages of diagnostics: one that lists all codes, and one for each code."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import fill

from troth.policy.codes import Code, by_family, known, written
from troth.policy.codes import page as code_page
from troth.policy.codes.shown import Shown, shown

WIDTH = 120
INTRO = """\
# Diagnostics

What `troth check` looks at. Each line says what should be so; a finding of that code says where it is not, and its page
says why, with an example of it wrong and one of it right. `troth explain T-0301` shows the same page in a terminal.

Errors stop a policy from being published; warnings do not. Findings from `T-0301` on can be accepted under
`accepted_gaps`, with reason, owner and review day: then they are shown and counted, and stop nothing until that day.
Files, shape and names (`T-00`, `T-01`, `T-02`) cannot be accepted away.
"""


def page() -> str:
    """The list of all codes."""
    parts = [INTRO]
    for title, codes in by_family():
        lines = ["| code | | what should be so | rule behind it |", "|---|---|---|---|", *map(_line, codes)]
        parts += [f"## {title}", "\n".join(lines)]
    return "\n\n".join(part.strip() for part in parts)


def _line(code: Code) -> str:
    name = f"[{code.code}](diagnostics/{code.code}.md)" if written(code.code) else code.code
    return f"| {name} | {code.severity} | {code.title} | {code.article or ''} |"


def pages() -> dict[str, Callable[[], str]]:
    """File below the reference → what makes its page, for each code."""
    return {f"diagnostics/{code}.md": lambda code=code: _code(code) for code in known() if written(code)}  # type: ignore[misc]


def _code(code: str) -> str:
    return "\n\n".join(_parts(shown(code_page(code))))


def _parts(shown: Shown) -> Iterator[str]:
    page = shown.page
    yield f"# {page.of.code}: {page.of.title}"
    law = f" The law behind it: {page.of.article}." if page.of.article else ""
    yield fill(f"{page.of.severity.capitalize()}: {shown.weight}.{law}", WIDTH)
    yield fill(page.why, WIDTH)
    yield "## Wrong"
    yield from _example(shown.wrong, page.wrong.note)
    yield "What is reported:"
    yield _fenced("text", shown.says)
    yield "## Right"
    yield from _example(shown.right, page.right.note if page.right else None)
    yield "[All codes](../diagnostics.md)"


def _example(files: Mapping[str, Sequence[str]], note: str | None) -> Iterator[str]:
    for name, lines in files.items():
        yield _fenced("yaml", "\n".join([f"# {name}", *lines]))
    if note:
        yield fill(note, WIDTH)


def _fenced(kind: str, text: str) -> str:
    return f"```{kind}\n{text}\n```"
