"""Cycles: the time line, the page of one, its forms and the calendar feed."""
