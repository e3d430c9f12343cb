"""Rows of queries as files."""
