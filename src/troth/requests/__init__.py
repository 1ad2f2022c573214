"""What people ask: access, erasure, account deletion; identity, clocks, steps, packages."""
