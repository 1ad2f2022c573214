"""Deliveries to recipients, the gate they pass, the disclosure log, withdrawal as an act."""
