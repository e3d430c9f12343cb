"""The programme as files and rows: their columns, checks and replay."""
