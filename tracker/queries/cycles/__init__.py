"""Cycles: the list, the page of one and the calendar."""
