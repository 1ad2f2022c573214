"""What a published plan set in motion."""
