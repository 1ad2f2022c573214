"""What every connector shares: outcomes, identifiers, the base class, auth, paging, retry, configuration."""
