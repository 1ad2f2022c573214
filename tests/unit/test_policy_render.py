"""What is printed, compared whole."""

from datetime import date

from test_policy_cases import BASE, DAY

from troth.policy import render
from troth.policy.load import load_texts

TEXTS = BASE | {
    "data.yaml": BASE["data.yaml"].replace("format: email", "fromat: email"),
    "policy.yaml": BASE["policy.yaml"].replace("dnt: honour", "dnt: ignore"),
    "gaps.yaml": """\
accepted_gaps:
  - {code: T-0408, where: signals.dnt, reason: as published, owner: DPO, review: 2027-01-01}
""",
}

PRINTED = """\
error[T-0102]: data item `email` has no key `fromat`
 --> small/data.yaml:2:49
   |
 2 |   email: {label: Email, dpv: "pd:EmailAddress", fromat: email, identifies: email}
   |                                                 ^^^^^^
  = help: did you mean `format`?

accepted[T-0408]: Do Not Track is ignored: lawful where it is said, but not what people ask for
 --> small/policy.yaml:11:29
    |
 11 | signals: {gpc: honour, dnt: ignore, text: We honour both.}
    |                             ^^^^^^
  = law: Cal. B&P 22575(b)(5)
  = accepted by DPO until 2027-01-01: as published

1 error, 1 accepted gap"""


def test_text() -> None:
    loaded = load_texts(TEXTS, today=DAY)
    assert render.text(loaded.problems, loaded.sources, base="small/") == PRINTED


def test_json() -> None:
    loaded = load_texts(TEXTS, today=DAY)
    assert render.as_json(loaded.problems) == [
        {
            "code": "T-0102",
            "severity": "error",
            "message": "data item `email` has no key `fromat`",
            "where": "data.email.fromat",
            "file": "data.yaml",
            "line": 2,
            "column": 49,
            "end_column": 55,
            "help": "did you mean `format`?",
            "article": None,
            "accepted": None,
        },
        {
            "code": "T-0408",
            "severity": "warning",
            "message": "Do Not Track is ignored: lawful where it is said, but not what people ask for",
            "where": "signals.dnt",
            "file": "policy.yaml",
            "line": 11,
            "column": 29,
            "end_column": 35,
            "help": "honour it, or accept the finding with its reason",
            "article": "Cal. B&P 22575(b)(5)",
            "accepted": {"reason": "as published", "owner": "DPO", "review": "2027-01-01"},
        },
    ]


def test_tabs_keep_the_underline_below_its_text() -> None:
    loaded = load_texts({"a.yaml": "name:\tsmall_\n"}, today=date(2026, 1, 1))
    line, marks = render.text([p for p in loaded.problems if p.code == "T-0105"], loaded.sources).splitlines()[3:5]
    assert line == " 1 | name:\tsmall_"
    assert marks == "   |      \t^^^^^^"


def test_nothing_wrong() -> None:
    assert render.text([], {}) == "no errors"
