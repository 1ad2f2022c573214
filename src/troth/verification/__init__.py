"""Promise checks: what is published against what is."""
