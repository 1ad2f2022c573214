"""Whatever the lines and whoever is looked for: found is what a plain look at each line finds, and what is left after
erasure is every other line, byte for byte."""

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.systems.files import codecs, prefilter, records
from troth.systems.files.classes import FileClass
from troth.systems.files.local import LocalStore
from troth.systems.files.person import ClassSearch
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Finding

NOW = datetime(2027, 1, 1, tzinfo=UTC)
PEOPLE = [
    Identifiers(email=("ann@x.org",), account=("u-1001",), device=("192.0.2.7",)),
    Identifiers(email=("Jo.Ann+news@X.org", "zoë@bücher.example"), account=("acme/17", "42"), device=("2001:db8::1",)),
    Identifiers(email=("bo@mail.example",), account=("bo-日本",)),
]
CLASS: dict[str, FileClass] = {
    name: FileClass.model_validate({"pattern": "*", "quiet": 0, "lines": name, "holds": holds, **more})
    for name, holds, more in (
        ("json lines", {"email": ["user.mail", "msg"], "account": ["user.id", "msg"], "device": ["ip"]}, {}),
        ("text", {"email": ["line"], "account": ["line"], "device": ["line"]}, {}),
        ("csv", {"email": ["mail"], "account": ["id"], "device": ["*"]}, {"columns": ["mail", "id", "ip", "msg"]}),
    )
}
plain = st.sampled_from(
    [
        "ann@x.org", "ANN@X.ORG", "joann@x.org", "ann@x.org.uk", "<ann@x.org>", "to:ann@x.org.", "-ann@x.org", "a",
        "u-1001", "u-10011", "xu-1001", "192.0.2.7", "192.0.2.70", "1192.0.2.7", "2001:DB8::1", "2001:db8:0:0:0:0:0:1",
        "jo.ann+news@x.org", "ann+news@x.org", "zoë@bücher.example", "ZOË@xn--bcher-kva.example", "acme/17", "acme/171",
        "42", "took 42 ms", "bo-日本", "日本", "bo@mail.example", "bo@mail.example,ann@x.org", "", " ", "@", "ann",
        "x.org", "ann@@x.org", "mailto:ann@x.org?subject=1", "ann@x.org...", "..ann@x.org", "_ann@x.org",
        "ünann@x.org", "ann@x.orgü",
    ]
)  # fmt: skip
between = st.sampled_from([" ", "=", "\t", "/", "x", ".", "%20", "%3D", "\\n", "\\u003c"])
texts = st.one_of(
    plain,
    plain.map(quote),
    plain.map(lambda one: quote(quote(one))),
    plain.map(lambda one: "".join(f"%{ord(c):02X}" if ord(c) < 128 else c for c in one)),
    st.tuples(plain, st.sampled_from([" ", "=", "\t", "/", "x", ".", "%20", "%3D", "\\n", "\\u003c"]), plain).map(
        "".join
    ),
    st.text("ann@x.orgu-1 .%4\\", max_size=12),
)


def _json(values: list[str], escape: bool) -> bytes:
    mail, number, device, message = values
    made = {"user": {"mail": mail, "id": number}, "ip": [device, None], "msg": message, "n": 42}
    text = json.dumps(made, ensure_ascii=escape)
    return (text.replace("@", "\\u0040") if escape else text).encode()


def _csv(values: list[str], escape: bool) -> bytes:
    return ",".join(f'"{one.replace(chr(34), chr(34) * 2)}{chr(10) if escape else ""}"' for one in values).encode()


Write = Callable[[list[str], bool], bytes]
WRITE: dict[str, Write] = {"json lines": _json, "csv": _csv, "text": lambda values, _: " ".join(values).encode()}


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[bytes]]:
    form = draw(st.sampled_from(sorted(CLASS)))
    made = draw(st.lists(st.tuples(st.lists(texts, min_size=4, max_size=4), st.booleans()), max_size=12))
    end: bytes = draw(st.sampled_from([b"\n", b"\r\n"]))
    lines = [WRITE[form]([re.sub(r"[\r\n]", "", one) for one in values], escape) + end for values, escape in made]
    open_ended: bool = draw(st.booleans())
    if lines and open_ended:
        lines[-1] = lines[-1].removesuffix(end)
    return form, lines


@settings(max_examples=250, deadline=None)
@given(made=files(), block=st.integers(1, 300), few=st.booleans(), packed=st.sampled_from(["plain", "gzip", "zstd"]))
def test_found_and_left_are_what_a_look_at_each_line_says(
    made: tuple[str, list[bytes]], block: int, few: bool, packed: codecs.Codec
) -> None:
    form, lines = made
    spec = CLASS[form]
    owners = [_owners(spec, line) for line in lines]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "BLOCK", block)
        patch.setattr(prefilter, "FEW", 24 if few else 0)
        path = Path(folder) / "a"
        path.write_bytes(_packed(b"".join(lines), packed))
        store = LocalStore(Path(folder))
        found: list[tuple[int, Finding]] = []
        ClassSearch(store, "a", spec, PEOPLE).find(lambda person, one: found.append((person, one)))
        assert sorted((int(one.id.rpartition(":")[2]), person) for person, one in found) == sorted(
            (at, person) for (at, _), who in zip(_numbered(lines), owners, strict=True) for person in who
        )
        for _ in range(2):
            looked = ClassSearch(store, "a", spec, PEOPLE).erase(NOW)
            assert not looked.left
        kept = [line for line, who in zip(lines, owners, strict=True) if not who]
        if kept or not lines:
            assert _unpacked(path) == b"".join(kept)
        else:
            assert not path.exists()


@settings(max_examples=150, deadline=None)
@given(made=files())
def test_masked_lines_name_nobody_and_others_stay_as_they_are(made: tuple[str, list[bytes]]) -> None:
    form, lines = made
    spec = CLASS[form].model_copy(update={"on_erase": "mask"})
    owners = [_owners(spec, line) for line in lines]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_bytes(b"".join(lines))
        store = LocalStore(Path(folder))
        looked = ClassSearch(store, "a", spec, PEOPLE).erase(NOW)
        found: list[Finding] = []
        ClassSearch(store, "a", spec, PEOPLE).find(lambda _, one: found.append(one))
        assert not found
        assert looked.rewritten == any(owners)
        left = path.read_bytes()
        for line, who in zip(lines, owners, strict=True):
            assert who or line.rstrip(b"\r\n") in left


def _numbered(lines: list[bytes]) -> Iterator[tuple[int, bytes]]:
    at = 1
    for line in lines:
        yield at, line
        at += line.count(b"\n")


def _packed(content: bytes, codec: codecs.Codec) -> bytes:
    file = io.BytesIO()
    with codecs.writer(file, codec) as packer:
        packer.write(content)
    return file.getvalue()


def _unpacked(path: Path) -> bytes:
    with path.open("rb") as file:
        return codecs.reader(file).read()


# a plain look, which shares nothing with the search but what a field is


def _owners(spec: FileClass, line: bytes) -> set[int]:
    values = _values(spec, line)
    return {
        number
        for number, who in enumerate(PEOPLE)
        for kind, names in spec.holds.items()
        for one in _spelt(kind, who)
        for name in names
        for value in (values.values() if name == "*" else [values.get(name, [])])
        for text in value
        if _holds(kind, one, text)
    }


def _values(spec: FileClass, line: bytes) -> dict[str, list[str]]:
    text = line.decode().rstrip("\r\n") if spec.lines != "csv" else line.decode()
    if spec.lines == "json lines":
        made = json.loads(text)
        user = made["user"]
        return {"user.mail": [user["mail"]], "user.id": [user["id"]], "ip": made["ip"][:1], "msg": [made["msg"]]}
    if spec.lines == "csv":
        row = re.findall(r'"((?:[^"]|"")*)"', text)
        return {name: [one.replace('""', '"')] for name, one in zip(spec.columns, row, strict=True)}
    return {"line": [text]}


def _spelt(kind: str, who: Identifiers) -> list[str]:
    more = {
        "zoë@bücher.example": ["zoë@xn--bcher-kva.example"],
        "2001:db8::1": ["2001:0db8:0000:0000:0000:0000:0000:0001"],
        "192.0.2.7": ["::ffff:192.0.2.7"],
    }
    return [form.lower() for one in getattr(who, kind) for form in (one, *more.get(one, []))]


def _holds(kind: str, identifier: str, text: str) -> bool:
    marks = "[.+@:-]" if ":" in identifier else "[.+@-]"
    alone = re.compile(rf"(?<!\w)(?<!\w{marks}){re.escape(identifier)}(?!{marks}*\w)")
    shown = [text.lower()]
    for _ in range(3):
        shown.append(unquote(shown[-1]).lower())
    if kind == "account" and identifier.isdigit():
        return identifier in [one.strip() for one in shown]
    return any(_alone(alone, marks, one) or one.strip() == identifier for one in shown)


def _alone(alone: re.Pattern[str], marks: str, text: str) -> bool:
    return any(not re.search(rf"\w{marks}+$", text[: match.start()]) for match in alone.finditer(text))
