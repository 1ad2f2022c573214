"""Folders of log files and recordings: how old they are, and erasing what is past its day."""
