"""English for charts, without the web."""

from datetime import date
from decimal import Decimal

from tracker.charts.speech import Speech
from tracker.domain.states import BlockerCategory, State
from tracker.web.charts.figure_words import FIGURES
from tracker.web.ui.words import CATEGORIES, MOVE_BACK_REASONS


def _gettext(message: str, /, **values: object) -> str:
    return message % values if values else message


def _ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    return (singular if num == 1 else plural) % {"num": num, **values}


def _number(value: Decimal | int, places: int) -> str:
    return f"{value:,.{places}f}"


def _day(value: date) -> str:
    return value.isoformat()


def _state(state: State) -> str:
    return state.value.replace("_", " ")


def _reason(reason: str) -> str:
    return {key.value: word for key, word in MOVE_BACK_REASONS.items()}.get(reason, reason)


def _category(category: BlockerCategory) -> str:
    return CATEGORIES[category]


ENGLISH = Speech(
    "en",
    _gettext,
    _ngettext,
    _number,
    _day,
    _state,
    _reason,
    _category,
    lambda figure: FIGURES[figure].label,
    lambda figure: FIGURES[figure].definition,
)
