"""What may leave as a letter, what a mail server's answer means, and which addresses become links."""

import pytest

from troth.messages import rules, smtp


@pytest.mark.parametrize(
    "to",
    [
        *("", "ada", "ada@", "@example.org", "a@b@c", "Ada <ada@example.org>", "ada @example.org"),
        *("ada@example.org\nBcc: all@example.org", "ada@example.org, bob@example.org", "x" * 320 + "@example.org"),
    ],
)
def test_only_one_bare_address_is_an_address_and_the_refusal_does_not_repeat_it(to: str) -> None:
    with pytest.raises(rules.Unsendable) as refused:
        rules.check(to, "Subject", "Text")
    assert not to or to not in str(refused.value)


@pytest.mark.parametrize(
    "subject", ["", "one\ntwo", "one\r\nBcc: all@example.org", "nul\0", "line\u2028break", "x" * 301]
)
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises(rules.Unsendable):
        rules.check("ada@example.org", subject, "Text")


@pytest.mark.parametrize(
    "to", ["ada@example.org", "ada+tag@example.org", "o'hara@xn--bcher-kva.example", "é@example.org"]
)
def test_usual_addresses_pass(to: str) -> None:
    rules.check(to, "Ihre Anfrage: Größe", "Text")


def test_a_letter_without_text_is_refused() -> None:
    with pytest.raises(rules.Unsendable):
        rules.check("ada@example.org", "Subject", " \n ")


def test_the_message_id_is_the_key_s_and_shows_nothing_of_it() -> None:
    first = rules.message_id("request:1", "example.org")
    assert first == rules.message_id("request:1", "example.org")
    assert first != rules.message_id("request:2", "example.org")
    assert "request" not in first
    assert first.endswith("@example.org>")


@pytest.mark.parametrize(
    "code, meaning",
    [(550, "stop"), (554, "stop"), (421, "retry"), (450, "retry"), (535, "fix settings"), (530, "fix settings")],
)
def test_reply_codes(code: int, meaning: str) -> None:
    assert rules.consequence(code) == meaning


OURS = "http://127.0.0.1:8800"


def links(text: str) -> list[str]:
    return [part.text for block in rules.paragraphs(text, OURS) for line in block for part in line if part.link]


@pytest.mark.parametrize(
    "text, expected",
    [
        (f"Open {OURS}/privacy/prove/abc_-123.x now", [f"{OURS}/privacy/prove/abc_-123.x"]),
        (f"Open {OURS}/privacy/?token=a.b:c.", [f"{OURS}/privacy/?token=a.b:c"]),
        (f"({OURS}/a/)", [f"{OURS}/a/"]),
        (f"See {OURS}.", [f"{OURS}"]),
        ("http://127.0.0.1:8800.evil.example/a", []),
        ("http://127.0.0.1:88001/a", []),
        ("http://127.0.0.1:8800@evil.example/a", []),
        ("https://evil.example/?next=x", []),
        ("javascript:alert(1)", []),
    ],
)
def test_only_our_own_addresses_become_links(text: str, expected: list[str]) -> None:
    assert links(text) == expected


def test_no_word_of_the_letter_is_lost() -> None:
    text = f"Hello,\n\nopen {OURS}/x?a=1\r\nthen <b>read</b>.\n\n\nBye"
    blocks = rules.paragraphs(text, OURS)
    assert ["\n".join("".join(p.text for p in line) for line in block) for block in blocks] == [
        "Hello,",
        f"open {OURS}/x?a=1\nthen <b>read</b>.",
        "Bye",
    ]


def test_the_server_s_address() -> None:
    assert smtp.parse("smtp://mail.example") == smtp.Server("mail.example", 25, "", "", False, False)
    assert smtp.parse("smtp://mail.example?starttls=1").port == 587
    secure = smtp.parse("smtps://us%40er:p%2Fss@mail.example")
    assert secure == smtp.Server("mail.example", 465, "us@er", "p/ss", True, False)


@pytest.mark.parametrize(
    "url", ["", "http://mail.example", "smtp://", "smtps://mail.example?starttls=1", "mail.example:25"]
)
def test_a_bad_server_address_is_named_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="TROTH_SMTP_URL"):
        smtp.parse(url)
