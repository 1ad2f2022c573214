"""TILT, the Transparency Information Language: a policy as a document of it, and a document of it as a policy."""

from troth.exports.tilt.read import Imported, NotTilt, read
from troth.exports.tilt.source import Lost
from troth.exports.tilt.written import document, left_out

__all__ = ["Imported", "Lost", "NotTilt", "document", "left_out", "read"]
