"""Stateful doubles of vendors over HTTP, held to contracts: for the demo and for tests, never for people's data."""
