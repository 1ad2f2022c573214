"""Mail: stored encrypted, sent once, or shown on the local mailbox page."""
