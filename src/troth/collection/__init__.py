"""Touchpoints at work: hosted forms and the intake API."""
