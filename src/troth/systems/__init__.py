"""The outside world: SaaS vendors, SQL databases, files and logs, behind six verbs."""
