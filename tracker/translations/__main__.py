"""Brings the Swedish catalogue up to date; exit code 1 while something is untranslated."""

import sys
from pathlib import Path

from tracker.translations import catalogue


def main() -> int:
    """Merges the word lists named in the arguments, and prints what still lacks a translation."""
    words: dict[str, str] = {}
    for name in sys.argv[1:]:
        words |= catalogue.read_words(Path(name))
    merged = catalogue.merged(words)
    catalogue.write(merged)
    missing = catalogue.untranslated(merged)
    for message in missing:
        sys.stdout.write(f"{message}\n")
    sys.stderr.write(f"{len(merged)} messages, {len(missing)} without Swedish.\n")
    return bool(missing)


sys.exit(main())
