"""However an identifier is escaped, the look at bytes never passes over its line."""

from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from troth.systems.files import prefilter
from troth.systems.files.people import People
from troth.systems.files.prefilter import Prefilter
from troth.systems.kit.identifiers import Identifiers

PEOPLE = [
    Identifiers(email=("ann@x.org",), account=("u-1001",), device=("192.0.2.7",)),
    Identifiers(email=("jo.ann+news@x.org",), account=("acme_17", "svc@eu@prod"), device=("2001:db8::1",)),
    Identifiers(email=("a+b+c@x.org", "averylonglocalpart@x.y")),
]
WORDS = [one for who in PEOPLE for kind in ("email", "account", "device") for one in getattr(who, kind)]
Way = Literal["%", "u", "x", "-"]
KINDS = ("email", "account", "device")


def _escaped(char: str, way: Way, deep: int, upper: bool) -> str:
    """One character as it may stand in a file; `deep`: how often percent signs were escaped again."""
    code = f"{ord(char):02X}" if upper else f"{ord(char):02x}"
    if way == "%":
        return "%" + "25" * deep + code
    return {"u": f"\\u00{code}", "x": f"\\x{code}", "-": char}[way]


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """An identifier, and how it is written: its marks escaped in one way, or any of its characters in any."""
    word = draw(st.sampled_from(WORDS))
    way: Way = draw(st.sampled_from(["%", "u", "x"]))
    deep, upper = draw(st.integers(0, 2)), draw(st.booleans())
    chosen = draw(st.one_of(st.just({at for at, c in enumerate(word) if not c.isalnum()}), st.sets(st.integers(0, 24))))
    only = draw(st.sampled_from(["", "@", "+"]))
    return word, "".join(
        _escaped(char, way, deep, upper) if at in chosen and (not only or char == only) else char
        for at, char in enumerate(word)
    )


@pytest.mark.parametrize("few", [True, False])
@settings(max_examples=400, deadline=None)
@given(
    one=written(),
    before=st.sampled_from(
        ["", "a ", "=", "%3d", "%3D", "%20", "%253d", "\\n", "\\u003c", "\\x22", '{"mail": "', "shop\\"]
    ),
    after=st.sampled_from(["", " b", "&", "%26", "%2526", "\\r", "\\u003e", "\\x22", '"}', "..."]),
    upper=st.booleans(),
)
@example(one=("ann@x.org", "ann\\x40x.org"), before="", after="", upper=False)
@example(one=("ann@x.org", "ann%252540x.org"), before="", after="", upper=False)
@example(one=("ann@x.org", "ann%40x%2eorg"), before="shop\\", after="", upper=False)
@example(one=("ann@x.org", "ann\\u002540x.org"), before="", after="", upper=False)
@example(one=("ann@x.org", "ann\\x2540x.org"), before="", after="", upper=False)
@example(one=("a+b+c@x.org", "a%2bb%2bc%40x.org"), before="", after="", upper=False)
@example(one=("svc@eu@prod", "svc%40eu%2540prod"), before="", after="", upper=False)
@example(one=("averylonglocalpart@x.y", "averylonglocalpart@x.y"), before="\\u003c", after="", upper=False)
@example(one=("u-1001", "u%2d1001"), before="%0a", after="", upper=False)
@example(one=("u-1001", "u%2d1001"), before="\\n", after="", upper=False)
@example(one=("jo.ann+news@x.org", "%4Ao.ann+news@x.org"), before="", after="", upper=False)
@example(one=("jo.ann+news@x.org", "jo.ann%25252bnews%252540x.org"), before="%253d", after="", upper=False)
def test_a_line_with_somebody_in_it_is_always_read(
    few: bool, one: tuple[str, str], before: str, after: str, upper: bool
) -> None:
    word, text = one
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefilter, "FEW", 24 if few else 0)
        search = Prefilter(People(PEOPLE, KINDS).needles)
    shown = f"{before}{text if text != word or not upper else text.upper()}{after}"
    found = search.lines(f"nothing here\n{shown}\nnor here\n".encode())
    assert 1 in {number for number, _ in found}


def test_an_identifier_without_letters_is_seen_however_its_escapes_are_written() -> None:
    search = Prefilter(People([Identifiers(device=("192.0.2.7",))], KINDS).needles)
    assert search.lines(b"nothing\n192%2E0%2e2%2E7\n") == [(1, -1)]
