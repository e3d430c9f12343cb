"""Planning of a draft."""
