"""What pages and forms share: rendering, language, formats, errors, words."""
