"""What people set up: the programme, its projects and its workstreams. Their fields, once for forms, pasted tables and
history.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from tracker.domain.cells import LARGEST_ID
from tracker.domain.errors import N_, ConflictError, InvalidError
from tracker.domain.fields import Field, Fields
from tracker.domain.imports.columns import folded_heading
from tracker.domain.imports.values import by_word
from tracker.domain.texts import filled_line, line, normal

_CODE = re.compile(r"\w{1,20}")
_NUMBER = re.compile(r"[0-9]{1,10}")
_RESERVED = {"TOTAL", "SUMMA"}  # rows of figure files


class Thing(StrEnum):
    """What is set up."""

    PROGRAMME = "programme"
    PROJECT = "project"
    WORKSTREAM = "workstream"


def new_code(text: str, field: str) -> str:
    """A code of letters and digits, in capitals."""
    code = normal(text).upper()
    if not code:
        raise InvalidError(N_("Write a short code, for example LAB."), field=field)
    if not _CODE.fullmatch(code) or code in _RESERVED:
        raise InvalidError(
            N_("A code has at most 20 letters and digits, without blanks; TOTAL and SUMMA are taken."), field=field
        )
    return code


def _whole(least: int, message: str) -> Callable[[str, str], str]:
    def clean(text: str, field: str) -> str:
        digits = normal(text)
        if not _NUMBER.fullmatch(digits) or not least <= int(digits) <= LARGEST_ID:
            raise InvalidError(message, field=field)
        return str(int(digits))

    return clean


_cycle_number = _whole(1, N_("Write the number of a cycle, from 1."))
_limit_number = _whole(0, N_("Write a whole number, or nothing for no limit."))


def _limit(text: str, field: str) -> str:
    return _limit_number(text, field) if normal(text) else ""


def _limit_value(text: str) -> int | None:
    return int(text) if text else None


_NAMES = {"name": Field(N_("Name"), filled_line), "name_en": Field(N_("Name in English"), line)}
LIMITS = {
    "wip_design": Field(N_("At most in design"), _limit, _limit_value),
    "wip_validation": Field(N_("At most in validation"), _limit, _limit_value),
    "wip_test": Field(N_("At most in test"), _limit, _limit_value),
}
FIELDS: Mapping[Thing, Fields] = {
    Thing.PROGRAMME: {"name": _NAMES["name"]},
    Thing.PROJECT: {
        "code": Field(N_("Code"), new_code),
        **_NAMES,
        "first_cycle": Field(N_("First cycle"), _cycle_number, int),
    },
    Thing.WORKSTREAM: {
        "code": Field(N_("Code"), new_code),
        **_NAMES,
        "project_code": Field(N_("Project"), filled_line),
        **LIMITS,
    },
}
ALL_FIELDS: Fields = {**FIELDS[Thing.PROJECT], **FIELDS[Thing.WORKSTREAM]}


def changeable(thing: Thing) -> dict[str, Field]:
    """The fields that can be written over: codes never change."""
    return {name: field for name, field in FIELDS[thing].items() if name != "code"}


# Headings of pasted tables, in both languages; those of the programme files too.
_HEADINGS = by_word(
    {
        "code": "code, kod, nyckel, key, förkortning, abbreviation",
        "name": "name, namn, benämning, title, titel",
        "name_en": "name en, name in english, english name, name (english), engelskt namn, namn på engelska,"
        " namn (engelska)",
        "first_cycle": "first cycle, första cykel, första cykeln, från cykel, from cycle",
        "project_code": "project, projekt, project code, projektkod",
        "wip_design": "wip design, at most in design, högst i design",
        "wip_validation": "wip validation, at most in validation, högst i validering",
        "wip_test": "wip test, at most in test, högst i test",
    }
)


def heading_of(thing: Thing) -> Callable[[str], str | None]:
    """The field that a heading of a table of such things means; none for one that is not known."""

    def meaning(heading: str) -> str | None:
        name = _HEADINGS.get(folded_heading(heading))
        return name if name in FIELDS[thing] else None

    return meaning


def refuse_over_closed(first: int, second: int, closed: Iterable[int]) -> None:
    """Raises ConflictError when a closed cycle counts otherwise as the project's first cycle goes from one to the
    other.
    """
    between = range(min(first, second), max(first, second))
    if stands := [number for number in closed if number in between]:
        raise ConflictError(
            N_("Cycle %(cycle)s is closed: its figures would count other workflows. The first cycle stays."),
            field="first_cycle",
            cycle=max(stands),
        )
