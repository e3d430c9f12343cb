"""Backups: how each database is copied and brought back, and what is recorded about a copy."""
