"""Slow, obvious ways to the numbers of each chart, from the rows of the programme files alone.

A module per chart has `rows(case)`: for each row a dict of those columns that it computes. None shares code with the
product beyond the rows' own types and the calendar of working days.
"""
