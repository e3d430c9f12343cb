"""What every command stands on: its entry, idempotency keys, merged fields and results of many."""
