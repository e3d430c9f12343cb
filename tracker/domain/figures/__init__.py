"""The figures of the cycles: pure functions from plain rows (`facts`) to plain rows (`summaries`).

`History` groups the facts once. What of it is known at an instant is a `Knowledge`, which gives the items behind a
`Reading` of a cycle (as now, or as reported) for any choice of workstreams; a `Summary` counts those items.
"""
