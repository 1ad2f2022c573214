"""The room's one door for acts: take a submission, whole or not at all."""

from troth.collection.services.submit import Receipt, Refused, reference, submit

__all__ = ["Receipt", "Refused", "reference", "submit"]
