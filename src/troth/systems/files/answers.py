"""What a search or an erasure came to, as answers of a system. Pure.

Absence is claimed only of files that were read. A file that cannot be read, a line that cannot be parsed and a class
that nothing is declared of are told with every answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote

from troth.systems.files import patterns
from troth.systems.files.classes import FileClass
from troth.systems.files.looked import Looked
from troth.systems.files.store import Left
from troth.systems.kit.outcomes import Done, Expires, Finding, Found, NotOffered

_NAMED = 3  # files named in an answer; more are counted


def found(
    title: str, classes: Mapping[str, FileClass], looked: Mapping[str, Looked], findings: Sequence[Finding]
) -> Found:
    """The answer for one person."""
    tables: dict[str, int] = {}
    for one in findings:
        tables[one.kind] = tables.get(one.kind, 0) + 1
    evidence = {"rows": len(findings), "tables": tables, "files_read": sum(one.files for one in looked.values())}
    unsought = tuple(_not_searched(title, name, spec) for name, spec in classes.items() if not spec.sought)
    return Found(evidence, tuple(findings), remains=(*unsought, *_untold(title, classes, looked)))


def erased(title: str, classes: Mapping[str, FileClass], looked: Mapping[str, Looked], person: int) -> Done:
    """What was erased of one person; `tables`: by class. A line that was masked counts as anonymised."""
    tables = {name: told for name, one in looked.items() if (told := _erased(classes[name], one, person))}
    evidence = {
        "rows": sum(sum(told.values()) for told in tables.values()),
        "tables": tables,
        "files_read": sum(one.files for one in looked.values()),
    }
    unsought = (unreached(title, name, spec) for name, spec in classes.items() if not spec.sought)
    return Done(evidence, remains=(*unsought, *_untold(title, classes, looked), *_busy(title, classes, looked)))


def _erased(spec: FileClass, looked: Looked, person: int) -> dict[str, int]:
    lines, files = looked.lines[person], looked.whole[person]
    told = {"anonymised": lines, "erased": files} if spec.on_erase == "mask" else {"erased": lines + files}
    return {word: number for word, number in told.items() if number}


def unreached(title: str, name: str, spec: FileClass) -> Expires | NotOffered:
    """What becomes of a class in which nobody can be found."""
    if spec.rule:
        return by_age(spec.rule)
    return _not_searched(title, name, spec)


def by_age(rules: str) -> Expires:
    """What goes by itself."""
    return Expires(on="the last day of its period", setting=f"retention rules {rules}, swept every night")


def _not_searched(title: str, name: str, spec: FileClass) -> NotOffered:
    ages = f"; its files go by age ({spec.rule})" if spec.rule else ""
    return NotOffered(
        reason=f"{title} cannot be searched for one person in its {name} files{ages}",
        source=f"the class {name} declares neither `holds` nor a person in its `pattern`",
        manual_steps=f"search the {name} files of {title} for the person's identifiers (zgrep, zstdgrep)",
    )


def _untold(title: str, classes: Mapping[str, FileClass], looked: Mapping[str, Looked]) -> Iterator[NotOffered]:
    for name, one in looked.items():
        if one.left:
            yield _by_hand(title, name, f"could not read {_files(classes[name], one.left)}")
        if one.unread:
            which = _counted(classes[name], one.unread)
            yield _by_hand(title, name, f"could not read lines that name the person as {classes[name].lines}: {which}")
        if one.elsewhere:
            which = _counted(classes[name], one.elsewhere)
            yield _by_hand(title, name, f"found the address in fields that `holds` does not name: {which}")


def _by_hand(title: str, name: str, what: str) -> NotOffered:
    return NotOffered(
        reason=f"{title} {what}",
        source=f"the search of its {name} files",
        manual_steps=f"look into these {name} files by hand, or put them or the class's settings right and ask again",
    )


def _busy(title: str, classes: Mapping[str, FileClass], looked: Mapping[str, Looked]) -> Iterator[NotOffered]:
    for name, one in looked.items():
        if one.busy:
            yield NotOffered(
                reason=f"{title} still writes to {_files(classes[name], one.busy)}",
                source=f"changed within the last {classes[name].quiet} seconds",
                manual_steps="erase again once these files are closed",
            )


def _files(spec: FileClass, left: Sequence[Left]) -> str:
    """Files by name, with why; only their number where names may hold identifiers."""
    plain = [one for one in left if not _tells(spec, one.file)]
    hidden = [one for one in left if _tells(spec, one.file)]
    reasons = "; ".join(sorted({one.reason for one in hidden}))
    return _some(
        (f"{one.file} ({one.reason})" for one in plain), f"{_number(len(hidden), 'file')} ({reasons})" if hidden else ""
    )


def _counted(spec: FileClass, lines: Mapping[str, int]) -> str:
    plain = [f"{number} in {file}" for file, number in sorted(lines.items()) if not _tells(spec, file)]
    hidden = [number for file, number in lines.items() if _tells(spec, file)]
    return _some(plain, f"{_number(sum(hidden), 'line')} in {_number(len(hidden), 'file')}" if hidden else "")


def _tells(spec: FileClass, file: str) -> bool:
    """Whether a name may say who somebody is: an answer is kept, and read by others."""
    return patterns.names_person(spec.pattern) or "@" in unquote(file)


def _number(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _some(told: Iterable[str], hidden: str) -> str:
    every = list(told)
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return ", ".join(filter(None, [", ".join(every[:_NAMED]) + more, hidden]))
