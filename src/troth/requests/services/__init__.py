"""The room's one door for acts: receive, prove identity, run steps, answer, hand over the package."""

from troth.requests.services.answer import fetch_package, send_code
from troth.requests.services.identity import BadLink, prove
from troth.requests.services.receive import receive
from troth.requests.services.steps import run_step

__all__ = ["BadLink", "fetch_package", "prove", "receive", "run_step", "send_code"]
