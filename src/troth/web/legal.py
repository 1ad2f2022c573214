"""Legal terms of the policy language in a reader's words."""

from typing import NamedTuple


class Basis(NamedTuple):
    """`words`: completes "because …"; `article`: where the GDPR has it."""

    words: str
    article: str


BASES = {
    "consent": Basis("you agreed to it", "Art. 6(1)(a)"),
    "contract": Basis("a contract with you needs it", "Art. 6(1)(b)"),
    "pre-contract": Basis("you asked for a step before a contract", "Art. 6(1)(b)"),
    "legitimate interest": Basis("we have a legitimate interest in it", "Art. 6(1)(f)"),
    "legal obligation": Basis("a law requires it", "Art. 6(1)(c)"),
    "vital interest": Basis("a life or health is at stake", "Art. 6(1)(d)"),
    "public interest": Basis("a task in the public interest needs it", "Art. 6(1)(e)"),
    "legal claims": Basis("legal claims need it", "Art. 6(1)(f), 9(2)(f), 17(3)(e)"),
}
