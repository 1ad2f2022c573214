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
    "legal claims": Basis("legal claims need it", "Art. 9(2)(f), 17(3)(e)"),
}

MECHANISMS = {
    "adequacy": "adequacy decision",
    "scc": "standard contractual clauses",
    "intra-group": "agreement within the group",
    "eu-us-dpf": "EU-US Data Privacy Framework",
    "swiss-us-dpf": "Swiss-US Data Privacy Framework",
    "uk-us-dpf": "UK Extension to the EU-US Data Privacy Framework",
    "none-needed": "none needed",
}

RIGHT_ARTICLES = {
    "access": "Art. 15",
    "rectification": "Art. 16",
    "erasure": "Art. 17",
    "restriction": "Art. 18",
    "objection": "Art. 21",
    "portability": "Art. 20",
    "object-to-profiling": "Art. 21, 22",
    "withdraw-consent": "Art. 7(3)",
    "transfer-information": "Art. 13(1)(f)",
    "complaint": "Art. 77",
    "cal-1798-83": "Cal. Civ. Code 1798.83",
    "cal-22581": "Cal. B&P Code 22581",
}
