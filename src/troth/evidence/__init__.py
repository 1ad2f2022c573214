"""The append-only Merkle log of every act: entries, checkpoints, proofs, bundles; the offline verifier."""
