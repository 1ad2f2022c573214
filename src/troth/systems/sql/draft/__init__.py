"""Drafts of dataset files: a live database is looked at, and a person corrects what was guessed."""
