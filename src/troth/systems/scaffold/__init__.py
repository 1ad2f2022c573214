"""Begins a connector: class, contract, double and test, green from the start and honest about what is not written."""
