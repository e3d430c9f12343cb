"""Workflows that several workstreams share: each one's part, signed stage by stage, and who waits on whom."""
