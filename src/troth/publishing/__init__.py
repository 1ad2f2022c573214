"""Policy changes as plans: difference, effects, apply, telling people."""
