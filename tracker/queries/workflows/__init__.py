"""Workflows: the page, the form and the timeline of one."""
