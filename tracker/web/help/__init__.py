"""Help: keys, definitions and accessibility."""
