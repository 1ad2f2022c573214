"""fideslang dataset files, read as they are: each becomes one of our datasets, and what has no place here is said."""

from troth.systems.sql.fideslang.reading import Imported, is_fideslang, parse, read

__all__ = ["Imported", "is_fideslang", "parse", "read"]
