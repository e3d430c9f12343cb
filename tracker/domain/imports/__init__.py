"""People's own spreadsheets: from bytes to a table, from its headings to fields, from its cells to values. Pure."""
