"""Exports: the page and the files."""
