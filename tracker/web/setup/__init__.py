"""Setting up: projects, workstreams, and the programme files of a whole programme."""
