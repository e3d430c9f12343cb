"""Undo of entries, one at a time or all rows of an import."""
