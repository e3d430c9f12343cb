"""Help: keys, the handbook, definitions and accessibility."""
