"""Charts as Plotly figures, with the words that say what they show. Knows neither database nor Flask.

A module per chart has its `DEFINITION`, its `finding` (the title), its `details` (the rest, for who does not see it)
and `draw`, which puts the rows of one panel on a `Plot`.
"""
