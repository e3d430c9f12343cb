"""Texts in two languages: a field holds the Swedish one, `<field>_en` beside it the English one, which may be empty."""


def other(language: str) -> str:
    """The language that the reader has not chosen."""
    return "sv" if language == "en" else "en"


def text_in(language: str, thing: object, field: str) -> str:
    """The field in the reader's language; Swedish where there is no other text."""
    text: str = getattr(thing, f"{field}_{language}", "") or getattr(thing, field)
    return text


def other_text(language: str, thing: object, field: str) -> str:
    """The field in the language that `text_in` does not show; empty where there is one text only."""
    swedish, shown = getattr(thing, field), text_in(language, thing, field)
    return text_in(other(language), thing, field) if shown != swedish else getattr(thing, f"{field}_en")
