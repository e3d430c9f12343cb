"""Accounts as administrators see them, and who looks at a page."""
