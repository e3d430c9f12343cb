"""The audit: every entry in words."""
