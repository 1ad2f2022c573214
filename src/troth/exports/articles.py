"""The articles behind bases, mechanisms and rights, as the exports cite them."""

BASES = {
    "consent": "Art. 6(1)(a) GDPR",
    "contract": "Art. 6(1)(b) GDPR",
    "pre-contract": "Art. 6(1)(b) GDPR",
    "legal obligation": "Art. 6(1)(c) GDPR",
    "vital interest": "Art. 6(1)(d) GDPR",
    "public interest": "Art. 6(1)(e) GDPR",
    "legitimate interest": "Art. 6(1)(f) GDPR",
    "legal claims": "Art. 6(1)(f), 9(2)(f), 17(3)(e) GDPR",
}
BASIS_WORDS = {
    "consent": "consent",
    "contract": "performance of a contract",
    "pre-contract": "steps before a contract",
    "legal obligation": "legal obligation",
    "vital interest": "vital interests",
    "public interest": "public interest",
    "legitimate interest": "legitimate interest",
    "legal claims": "legal claims",
}
MECHANISMS = {
    "adequacy": ("adequacy decision of the European Commission", "Art. 45 GDPR"),
    "scc": ("standard contractual clauses of the European Commission", "Art. 46(2)(c) GDPR"),
    "bcr": ("binding corporate rules", "Art. 46(2)(b), 47 GDPR"),
    "intra-group": ("intra-group agreement", "Art. 46 GDPR"),
    "eu-us-dpf": ("EU-US Data Privacy Framework", "Art. 45 GDPR, Decision (EU) 2023/1795"),
    "swiss-us-dpf": ("Swiss-US Data Privacy Framework", "Art. 16(1) Swiss FADP"),
    "uk-us-dpf": ("UK Extension to the EU-US Data Privacy Framework", "Art. 45 UK GDPR"),
    "none-needed": ("none needed", "inside the EEA"),
}
RIGHTS = {
    "access": "Art. 15 GDPR",
    "rectification": "Art. 16 GDPR",
    "erasure": "Art. 17 GDPR",
    "restriction": "Art. 18 GDPR",
    "portability": "Art. 20 GDPR",
    "objection": "Art. 21 GDPR",
    "object-to-profiling": "Art. 21, 22 GDPR",
    "withdraw-consent": "Art. 7(3) GDPR",
    "transfer-information": "Art. 13(1)(f), 15(2) GDPR",
    "complaint": "Art. 77 GDPR",
    "cal-1798-83": "Cal. Civ. Code § 1798.83",
    "cal-22581": "Cal. Bus. & Prof. Code § 22581",
}


GROUNDS = {
    "explicit consent": "a",
    "employment law": "b",
    "vital interests": "c",
    "members of a non-profit body": "d",
    "made public by the person": "e",
    "legal claims": "f",
    "substantial public interest": "g",
    "health care": "h",
    "public health": "i",
    "archiving or research": "j",
}
"""The letter of Art. 9(2) GDPR behind each ground for special categories."""


def ground(name: str) -> str:
    """`explicit consent (Art. 9(2)(a) GDPR)`; a ground not known here comes back as it is."""
    return f"{name} (Art. 9(2)({GROUNDS[name]}) GDPR)" if name in GROUNDS else name


def basis(name: str) -> str:
    """`consent (Art. 6(1)(a) GDPR)`; a basis not known here comes back as it is."""
    words = BASIS_WORDS.get(name, name)
    return f"{words} ({BASES[name]})" if name in BASES else words


def mechanism(kind: str) -> str:
    """`standard contractual clauses … (Art. 46(2)(c) GDPR)`; a kind not known here comes back as it is."""
    if kind not in MECHANISMS:
        return kind
    words, article = MECHANISMS[kind]
    return f"{words} ({article})"
