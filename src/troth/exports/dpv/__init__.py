"""A policy in the terms of the W3C Data Privacy Vocabulary 2.3, as JSON-LD."""

from troth.exports.dpv.document import document

__all__ = ["document"]
