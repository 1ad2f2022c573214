"""Whom a command is about: identities from the command line, from a file, from standard input. Pure but for reading."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from troth.systems.kit.identifiers import Identifiers

KINDS = tuple(kind.name for kind in fields(Identifiers))
_SPELLED = {"phone_number": "phone", "user_id": "account", "account_id": "account", "device_id": "device"}


class NotAPerson(ValueError):
    """Something that should name a person does not. The message never quotes it: it may be personal."""


def people(given: Sequence[str], file: Path | None) -> list[Identifiers]:
    """Everyone a command is about: all of `given` are one person; each line of `file` (`-`: standard input) is one.

    Raises NotAPerson with every line that names nobody, OSError where the file cannot be read.
    """
    found = [one(given, "--identity")] if given else []
    return found + (list(lines(_text(file).splitlines())) if file else [])


def lines(written: Iterable[str]) -> Iterator[Identifiers]:
    """A person a line: `email:ana@example.org`, or JSON as `{"email": "…", "phone": ["…", "…"]}`."""
    wrong: list[str] = []
    for number, line in enumerate(written, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            yield _line(line.strip(), f"line {number}")
        except NotAPerson as problem:
            wrong.append(str(problem))
    if wrong:
        raise NotAPerson("; ".join(wrong))


def one(given: Sequence[str], where: str) -> Identifiers:
    """One person out of `kind:value` texts. Raises NotAPerson."""
    values: dict[str, list[str]] = {}
    for text in given:
        kind, colon, value = text.partition(":")
        if not colon:
            raise NotAPerson(f"{where} is not `KIND:VALUE`, such as `email:ana@example.org`")
        values.setdefault(_kind(kind, where), []).append(_value(value, where))
    return Identifiers(**{kind: tuple(dict.fromkeys(each)) for kind, each in values.items()})


def _line(line: str, where: str) -> Identifiers:
    if line[0] not in "{[":
        return one([line], where)
    try:
        written = json.loads(line)
    except ValueError:
        raise NotAPerson(f"{where} is not JSON") from None
    return one(list(_pairs(written, where)), where)


def _pairs(written: Any, where: str) -> Iterator[str]:
    if isinstance(written, list) and written and all(isinstance(each, str) for each in written):
        yield from written
    elif isinstance(written, Mapping) and written:
        for kind, value in written.items():
            for each in value if isinstance(value, list) else [value]:
                if not isinstance(each, str | int) or isinstance(each, bool):
                    raise NotAPerson(f"{where}: `{kind}` must be a text or a list of texts")
                yield f"{kind}:{each}"
    else:
        raise NotAPerson(f"{where} names nobody")


def _kind(kind: str, where: str) -> str:
    plain = kind.strip().lower()
    plain = _SPELLED.get(plain, plain)
    if plain not in KINDS:
        raise NotAPerson(f"{where}: an identity is one of {', '.join(KINDS)}")
    return plain


def _value(value: str, where: str) -> str:
    if not value.strip():
        raise NotAPerson(f"{where}: an identity is empty")
    return value.strip()


def _text(file: Path) -> str:
    return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
