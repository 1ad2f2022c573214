"""Background tasks, staff tasks, idempotency."""
