"""What each figure is called and what it says, in words: the same on pages, under charts and beside files."""

from decimal import Decimal
from functools import lru_cache

from babel import numbers
from flask_babel import get_locale

from tracker.domain.figures import words
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.words import BASES, FIGURES, GROUPS, OTHERS, WORDS
from tracker.web.ui.translation import gettext, ngettext

__all__ = ["FIGURES", "GROUPS", "OTHERS"]
_PATTERNS = ("#,##0", "#,##0.0", "#,##0.00")


def label(figure: str) -> str:
    """What the figure is called."""
    return gettext(WORDS[figure].label)


def definition(figure: str) -> str:
    """What exactly it counts."""
    return words.definition(figure, gettext)


def basis_label(basis: Basis) -> str:
    """As reported, or as now."""
    return gettext(BASES[basis].label)


def basis_definition(basis: Basis) -> str:
    """What the reading knows."""
    return gettext(BASES[basis].definition)


def number(figure: str, value: Decimal | int | None) -> str:
    """The figure with its fixed places, in the reader's language; a dash when it is empty, which is not 0."""
    return "–" if value is None else written(value, WORDS[figure].places)


def written(value: Decimal | int, places: int = 0) -> str:
    """A number with so many places, in the reader's language."""
    return _written(value, places, str(get_locale()))


@lru_cache(maxsize=10_000)
def _written(value: Decimal | int, places: int, locale: str) -> str:
    return str(numbers.format_decimal(value, format=_PATTERNS[places], locale=locale))


def with_unit(figure: str, value: Decimal | int | None) -> str:
    """The same with what it is counted in, where that is not things."""
    text = number(figure, value)
    if value is None:
        return text
    match WORDS[figure].unit:
        case "days" if value == 1:
            return gettext("%(days)s day", days=text)
        case "days":
            return gettext("%(days)s days", days=text)
        case "times":
            return gettext("%(number)s times", number=text)
        case _:
            return text


def counted(figure: str, value: int) -> str:
    """A count as words that can stand in a heading: the number first."""
    match figure:
        case "designed":
            return ngettext("%(num)s designed", "%(num)s designed", value)
        case "validated":
            return ngettext("%(num)s validated", "%(num)s validated", value)
        case "tested":
            return ngettext("%(num)s tested", "%(num)s tested", value)
        case _:
            return f"{label(figure)}: {number(figure, value)}"
