"""Reviews of a running cycle, and its close."""
