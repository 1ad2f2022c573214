"""What a submission may hold: decisions as pure functions."""

from troth.collection.rules.asked import Place, asked, consent_purposes, needs_consent, place_of
from troth.collection.rules.judge import Choice, Judgement, Reason, RowTaken, Submission, clean, judge
from troth.collection.rules.words import consent_digest, consent_text, lower_first

__all__ = [
    "Choice",
    "Judgement",
    "Place",
    "Reason",
    "RowTaken",
    "Submission",
    "asked",
    "clean",
    "consent_digest",
    "consent_purposes",
    "consent_text",
    "judge",
    "lower_first",
    "needs_consent",
    "place_of",
]
