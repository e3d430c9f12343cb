"""Tracks a programme of workflows through seven-week cycles."""
