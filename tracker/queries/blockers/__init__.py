"""Blockers: the list, the table and the page of one."""
