"""The first page: the running cycle at a glance."""
