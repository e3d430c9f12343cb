"""Text that people write into fields: what is kept, and what is refused with the field named."""

import unicodedata

from tracker.domain.errors import N_, InvalidError

LONGEST_LINE = 200
LONGEST_PROSE = 10_000
LINE = N_("Write at most 200 characters on one line, without control characters.")
PROSE = N_("Write at most 10,000 characters, without control characters.")

_BREAKING = {"Cc", "Zl", "Zp"}  # control characters, and what else ends a line
_HALF = "Cs"  # half a character: no database keeps it


def normal(text: str) -> str:
    """The text without blanks around it and with one kind of line end, as every form hands it over."""
    return text.replace("\r\n", "\n").strip()


def line(text: str, field: str) -> str:
    """A text of one line, such as a name; it may be empty."""
    text = normal(text)
    if len(text) > LONGEST_LINE or any(unicodedata.category(each) in {*_BREAKING, _HALF} for each in text):
        raise InvalidError(LINE, field=field)
    return text


def filled_line(text: str, field: str) -> str:
    """A text of one line with something to see in it."""
    text = line(text, field)
    if not any(unicodedata.category(each)[0] not in "CZ" for each in text):
        raise InvalidError(N_("This must not be empty."), field=field)
    return text


def prose(text: str, field: str) -> str:
    """A text of any number of lines; it may be empty."""
    text = normal(text)
    if len(text) > LONGEST_PROSE or "\0" in text or any(unicodedata.category(each) == _HALF for each in text):
        raise InvalidError(PROSE, field=field)
    return text
