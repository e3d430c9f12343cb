"""Workflows: moves, fields and scope."""
