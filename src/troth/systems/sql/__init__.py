"""SQL databases: a dataset file says what is where; a few set-based statements find, erase and correct it."""
