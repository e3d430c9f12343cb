"""The Swedish catalogue. `python -m tracker.translations [WORDS.tsv]` brings it up to date with code and templates."""
