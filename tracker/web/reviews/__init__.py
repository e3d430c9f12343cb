"""Reviews of a cycle, its close and the commit of the next."""
