"""The board and its list: cards, filters, live changes, saves and batches."""
