"""One module for each kind of database: what SQLAlchemy leaves to us."""
