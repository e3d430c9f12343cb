"""A field of a thing: what may be written into it, what is kept of it, and what it is called. A list for each thing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from tracker.domain.cells import read_date
from tracker.domain.errors import N_, InvalidError

DATE = N_("Write the date as year-month-day, for example 2023-04-14.")

Clean = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Field:
    """`clean` gives the text as it is kept or raises InvalidError, `value` what the column holds of it. Where the
    history calls the field something else than its form, that is `history_label`.
    """

    label: str
    clean: Clean
    value: Callable[[str], Any] = str
    history_label: str = ""


Fields = Mapping[str, Field]


def cleaned(fields: Fields, name: str, text: str) -> str:
    """The text as it is kept, or InvalidError."""
    if name not in fields:
        raise InvalidError(N_("This form is broken. Open the page anew."), field=name)
    return fields[name].clean(text, name)


def texts_of(thing: object, names: Iterable[str]) -> dict[str, str]:
    """The fields of a row or of what a form holds, as forms write them."""
    return {name: as_text(getattr(thing, name)) for name in names}


def values_of(fields: Fields, texts: Mapping[str, str]) -> dict[str, Any]:
    """What the columns hold of clean texts."""
    return {name: fields[name].value(text) for name, text in texts.items()}


def as_text(value: object) -> str:
    """A value as forms write it: nothing for none, codes with a blank between."""
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, tuple) else str(value)


def write(row: object, fields: Fields, texts: Mapping[str, str]) -> None:
    """Writes clean texts into the row."""
    for name, value in values_of(fields, texts).items():
        setattr(row, name, value)


def needed_date(text: str, field: str) -> str:
    """A day, or InvalidError."""
    try:
        return read_date(text.strip()).isoformat()
    except InvalidError as error:
        raise InvalidError(DATE, field=field) from error


def optional_date(text: str, field: str) -> str:
    """A day or nothing, or InvalidError."""
    return needed_date(text, field) if text.strip() else ""


def one_of(kind: type[StrEnum], message: str) -> Clean:
    """One of the kind's words, or InvalidError with the message."""

    def clean(text: str, field: str) -> str:
        if text not in set(kind):
            raise InvalidError(message, field=field)
        return text

    return clean


def day_of(text: str) -> date | None:
    """The day of a clean text."""
    return date.fromisoformat(text) if text else None
