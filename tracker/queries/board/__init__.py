"""The board and its list: cards, layout, rows, selection and what changed since."""
