"""Cells of people's spreadsheets as values: states, priorities, dates and owners by their common words."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from babel.dates import get_month_names

from tracker.domain.errors import N_, InvalidError
from tracker.domain.states import MoveBackReason, State

Meaning = TypeVar("Meaning")
_SURE: dict[State, str] = {
    State.NOT_STARTED: "not started, not_started, ej påbörjad, inte påbörjad, ej startad, ej påbörjat, to do, todo,"
    " att göra, backlog, new, ny, nytt, open, öppen, proposed, planned, planerad, väntar, kö, redo, ready",
    State.DESIGN: "design, in design, i design, designing, designas",
    State.VALIDATION: "validation, validering, in validation, i validering, validate, valideras",
    State.TEST: "test, testing, in test, i test, testas, in testing, qa, under test, verifiering",
    State.DONE: "done, klar, klart, klara, färdig, färdigt, closed, stängd, avslutad, completed, complete, resolved,"
    " löst, godkänd, approved, accepted",
}
# Words that others use for more than one of our states: proposed, and chosen by a person.
_PROPOSED: dict[State, str] = {
    State.NOT_STARTED: "selected for development, approved for work, committed, on hold, pausad",
    State.DESIGN: "in progress, pågår, pågående, påbörjad, active, aktiv, doing, started, work in progress, ongoing",
    State.VALIDATION: "review, in review, granskning, under granskning, code review, ready for review",
    State.TEST: "ready for test, redo för test, uat, acceptanstest",
    State.DONE: "released, deployed, i drift, live",
}
_PRIORITIES = {
    "": ", 0, -, –, none, ingen",
    "1": "1, highest, critical, kritisk, blocker, mycket hög, akut",
    "2": "2, high, hög, major",
    "3": "3, medium, medel, normal",
    "4": "4, low, låg, minor, lowest, mycket låg, trivial",
}
_REASONS = {
    MoveBackReason.FAILED_TEST: "underkänt test, failed test",
    MoveBackReason.FAILED_VALIDATION: "underkänd validering, failed validation",
    MoveBackReason.NEW_RELEASE: "ny release, new release",
    MoveBackReason.CHANGED_REQUIREMENT: "ändrat krav, changed requirement",
    MoveBackReason.DEPENDENCY: "beroende, dependency",
    MoveBackReason.OTHER: "annat, other",
}
_MONTH_NUMBERS = {"sept": 9} | {
    name.strip(".").lower(): number
    for locale in ("sv", "en")
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, locale=locale).items()
}
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ].*)?", re.ASCII | re.DOTALL)
_SLASHED = re.compile(r"(\d\d?)/(\d\d?)/(\d{4}|\d\d)(?:[ ,].*)?", re.ASCII | re.DOTALL)
_DOTTED = re.compile(r"(\d\d?)\. ?(\d\d?)\. ?(\d{4})(?: .*)?", re.ASCII | re.DOTALL)
_NAMED = re.compile(r"(\d\d?)[ /.-]+([^\W\d_]{3,9})\.?[ /-]+(\d{4}|\d\d)(?:[ ,].*)?", re.DOTALL)
_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SAKNAS!|VÄRDEFEL!|REFERENS!|NAMN\?)")
_PLACE_AND_WORD = re.compile(r"([1-4])\s*[-–.:)].*", re.DOTALL)
_ADDRESS = re.compile(r"\s*<[^<>]*@[^<>]*>$")
_MONTHS_A_YEAR = 12
_SHORT_YEAR = 2
_YEARS = range(1900, 3000)


def by_word(words: Mapping[Meaning, str]) -> dict[str, Meaning]:
    """The meaning of each of the words between the commas."""
    return {word.strip(): meaning for meaning, text in words.items() for word in text.split(",")}


_SURE_WORDS, _PROPOSED_WORDS = by_word(_SURE), by_word(_PROPOSED)
_PRIORITY_WORDS, _REASON_WORDS = by_word(_PRIORITIES), by_word(_REASONS)


class DateOrder(StrEnum):
    """Which number comes first in dates like 4/12/2023."""

    UNKNOWN = ""
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


def folded(word: str) -> str:
    """The word as it is looked up: without regard to capitals and blanks."""
    return " ".join(word.casefold().split())


def known_state(word: str) -> State | None:
    """The state that the word means for certain."""
    return _SURE_WORDS.get(folded(word))


def proposed_state(word: str) -> State | None:
    """The state that the word may mean, for a person to confirm."""
    return _PROPOSED_WORDS.get(folded(word))


def priority_text(cell: str) -> str:
    """The priority as forms write it. Raises InvalidError."""
    word = folded(cell)
    numbered = _PLACE_AND_WORD.fullmatch(word)
    text = numbered[1] if numbered else _PRIORITY_WORDS.get(word)
    if text is None:
        raise InvalidError(N_("Choose a priority from 1 to 4, or none."), field="priority")
    return text


def reason_text(cell: str) -> str:
    """The key of a pick where the cell names one, else the text itself."""
    word = folded(cell)
    return _REASON_WORDS.get(word, word if word in set(MoveBackReason) else cell)


def owner_text(cell: str) -> str:
    """The owner without the address that other tools write behind it."""
    return _ADDRESS.sub("", cell)


def refuse_spreadsheet_error(cell: str) -> None:
    """Refuses what a formula left that could not be computed."""
    if _ERROR.fullmatch(cell.strip()):
        raise InvalidError(N_("A formula of the spreadsheet failed here. Correct it and try again."))


def date_order(cells: Iterable[str]) -> DateOrder:
    """The order that the dates with slashes of a column can only have; unknown when either fits, or neither."""
    found = [slashed for cell in cells if (slashed := _SLASHED.fullmatch(cell.strip()))]
    can_be_day_first = all(int(each[2]) <= _MONTHS_A_YEAR for each in found)
    can_be_month_first = all(int(each[1]) <= _MONTHS_A_YEAR for each in found)
    if can_be_day_first == can_be_month_first:
        return DateOrder.UNKNOWN
    return DateOrder.DAY_FIRST if can_be_day_first else DateOrder.MONTH_FIRST


def has_slashed_dates(cells: Iterable[str]) -> bool:
    """Whether some date needs to be told which number is the day."""
    return any(_SLASHED.fullmatch(cell.strip()) for cell in cells)


def date_of(cell: str, order: DateOrder) -> date | None:
    """The date, a time behind it left out; none for an empty cell. Raises InvalidError."""
    text = cell.strip()
    if not text:
        return None
    year, month, day = _parts(text, order)
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise InvalidError(N_("There is no such date. Write it like 2023-04-14.")) from error
    if found.year not in _YEARS:
        raise InvalidError(N_("There is no such date. Write it like 2023-04-14."))
    return found


def _parts(text: str, order: DateOrder) -> tuple[int, int, int]:
    if found := _ISO.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DOTTED.fullmatch(text):
        return _year(found[3]), int(found[2]), int(found[1])
    if found := _SLASHED.fullmatch(text):
        if order is DateOrder.UNKNOWN:
            raise InvalidError(N_("Choose under Columns whether the day or the month comes first in this date."))
        first, second = int(found[1]), int(found[2])
        day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
        return _year(found[3]), month, day
    found = _NAMED.fullmatch(text)
    if found and found[2].casefold() in _MONTH_NUMBERS:
        return _year(found[3]), _MONTH_NUMBERS[found[2].casefold()], int(found[1])
    raise InvalidError(N_("This is no date. Write it like 2023-04-14."))


def _year(text: str) -> int:
    return int(text) + 2000 if len(text) == _SHORT_YEAR else int(text)
