"""What somebody chose for a file under import: its columns, what its words mean, and what they consent to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from tracker.domain.errors import N_, InvalidError
from tracker.domain.imports.columns import Field, guess
from tracker.domain.imports.delimited import DELIMITERS
from tracker.domain.imports.table import Table
from tracker.domain.imports.values import DateOrder, date_order, known_state
from tracker.domain.states import MoveBackReason, State


@dataclass(frozen=True, slots=True)
class Choices:
    """`columns` has the field of each column, empty where it is not imported. `states` and `workstreams` say what the
    words of the file mean; `owners` and `twins` are the new owners and the names there already that are consented to.
    """

    columns: tuple[str, ...] = ()
    delimiter: str = ""
    dates: str = ""
    empties: bool = False  # an empty cell empties the field
    reason: str = ""  # of moves back for which the file gives none
    states: Mapping[str, str] = field(default_factory=dict)
    workstreams: Mapping[str, str] = field(default_factory=dict)
    owners: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), ensure_ascii=True, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Self:
        """From what was kept; nothing chosen from an empty text."""
        if not text:
            return cls()
        kept: dict[str, Any] = json.loads(text)
        lists: dict[str, Any] = {name: tuple(kept[name]) for name in ("columns", "owners", "twins")}
        return cls(**{**kept, **lists})

    def settled(self, table: Table) -> Self:
        """With what can be guessed of the table where nothing was chosen. Raises InvalidError for choices that cannot
        be.
        """
        chosen = self.settled_freely(table)
        _refuse_unusable(chosen.columns, table.headings)
        return chosen

    def settled_freely(self, table: Table) -> Self:
        """As `settled`, also where the columns cannot be used yet."""
        if len(self.columns) == len(table.headings):
            return self
        sample = [row.cells for row in table.rows[:200]]
        columns = tuple(found.value if found else "" for found in guess(table.headings, sample))
        return replace(self, columns=columns)

    def place(self, wanted: Field) -> int | None:
        """Which column is imported as the field."""
        return self.columns.index(wanted) if wanted in self.columns else None

    def order_of_dates(self, table: Table) -> DateOrder:
        """What was chosen, else what the dates can only be."""
        place = self.place(Field.HAPPENED_ON)
        if self.dates or place is None:
            return DateOrder(self.dates)
        return date_order(row.cells[place] for row in table.rows if place < len(row.cells))

    def state_of(self, word: str) -> State | None:
        """The state that a word of the file means, if that is known or was chosen."""
        chosen = self.states.get(word)
        return State(chosen) if chosen else known_state(word)


def checked(before: Choices, raw: Mapping[str, str], columns: Sequence[str]) -> Choices:
    """With the choices about columns that a form sends. Raises InvalidError for what the form does not offer."""
    delimiter, dates, reason = (raw.get(name, "") for name in ("delimiter", "dates", "reason"))
    is_offered = delimiter in {"", *DELIMITERS} and dates in set(DateOrder) and reason in {"", *MoveBackReason}
    if not is_offered or not {*columns} <= {"", *Field}:
        raise InvalidError(N_("This form is broken. Open the page anew."), field="columns")
    empties = raw.get("empties", "") == "1"
    return replace(before, columns=tuple(columns), delimiter=delimiter, dates=dates, empties=empties, reason=reason)


def settled_by_hand(choices: Choices, table: Table, columns: Mapping[str, str]) -> Choices:
    """What is guessed of the table, save the columns that somebody named by heading. Raises InvalidError."""
    guessed = list(choices.settled_freely(table).columns)
    folded = [heading.casefold() for heading in table.headings]
    for heading, name in columns.items():
        if heading.casefold() not in folded:
            raise InvalidError(N_("There is no column %(heading)s in the file."), heading=heading)
        place = folded.index(heading.casefold())
        guessed = ["" if name and each == name else each for each in guessed]
        guessed[place] = name
    return replace(choices, columns=tuple(guessed)).settled(table)


def _named(headings: Sequence[str], place: int) -> str:
    return headings[place] or str(place + 1)


def _refuse_unusable(columns: Sequence[str], headings: Sequence[str]) -> None:
    for place, name in enumerate(columns):
        if name and columns.index(name) != place:
            raise InvalidError(
                N_("Two columns are to be imported as the same: %(first)s and %(second)s. Choose one."),
                field="columns",
                first=_named(headings, columns.index(name)),
                second=_named(headings, place),
            )
    if Field.NAME not in columns and Field.KEY not in columns:
        raise InvalidError(
            N_("Choose which column has the name or the key: without either no row can be told from another."),
            field="columns",
        )
