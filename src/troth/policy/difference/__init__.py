"""What changed between two compiled policies, how much it matters, and whom it concerns. Pure."""
