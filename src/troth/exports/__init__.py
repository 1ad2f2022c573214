"""A policy in the formats of others: the record of processing, DPV, TILT. Pure."""
