"""Published policy versions: immutable rows that everything points to."""
