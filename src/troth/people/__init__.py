"""Person, identifiers, records, the vault of encrypted values, keys, the erasure register."""
