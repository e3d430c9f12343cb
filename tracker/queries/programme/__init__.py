"""The programme as files, and whether its caches agree with its history."""
