"""How Swedish words sort, and compare without marks and case."""

import unicodedata


def folded(text: str) -> str:
    """Text for comparing: one form of å, ä, ö, and no difference of case."""
    return unicodedata.normalize("NFC", text).casefold()


def swedish_order(text: str) -> tuple[str, str]:
    """Sorts as Swedes do: å, ä, ö last in that order, case apart."""
    lowered = folded(text)
    return lowered.translate(_AFTER_Z), text


_AFTER_Z = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})
