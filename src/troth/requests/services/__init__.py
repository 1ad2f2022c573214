"""The room's one door for acts: receive, prove identity, run steps, answer, hand over, keep no longer than needed."""

from troth.requests.services.handing import fetch_package, proof_of, send_code
from troth.requests.services.hands import NotWithStaff, settle_by_hand, tend, try_again
from troth.requests.services.identity import BadLink, peek, prove
from troth.requests.services.keeping import keep
from troth.requests.services.receive import NotAKind, receive
from troth.requests.services.rechecking import recheck
from troth.requests.services.steps import run_step

__all__ = [
    "BadLink",
    "NotAKind",
    "NotWithStaff",
    "fetch_package",
    "keep",
    "peek",
    "proof_of",
    "prove",
    "receive",
    "recheck",
    "run_step",
    "send_code",
    "settle_by_hand",
    "tend",
    "try_again",
]
