"""Blockers: the table, the page of one and its forms."""
