"""What charts draw: pure functions from the history to plain rows, each number with the items that add up to it.

A module per chart gives its `COLUMNS` and its `rows` for one choice of workstreams; `sheets` puts them together, also
by workstream or project. Chart, table, CSV, summary and list of items all read the same `Sheet`.
"""
