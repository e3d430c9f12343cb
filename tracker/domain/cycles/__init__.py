"""Cycles: their dates, and their line through the years."""
