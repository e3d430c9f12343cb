"""Files of rows: CSV text, packs and the files of figures."""
