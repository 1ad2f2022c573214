"""The append-only consent ledger and the state it folds to."""
