"""Workflows: moves, acts, fields and the page of one."""
