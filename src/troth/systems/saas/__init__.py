"""Vendors: one module each. A module here that is not private is a connector, found by its name."""
