"""Calendar months, which reports go by."""

import re
from datetime import date, timedelta
from typing import NamedTuple

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_DECEMBER = 12


class Month(NamedTuple):
    """A month of a year."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> "Month | None":
        """2023-03, or nothing else."""
        found = _MONTH.fullmatch(text)
        month = cls(int(found[1]), int(found[2])) if found else None
        return month if month is not None and _FIRST_YEAR <= month.year <= _LAST_YEAR else None

    @classmethod
    def of(cls, day: date) -> "Month":
        """The one that the day is in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Month":
        """The one after it."""
        return Month(self.year + 1, 1) if self.number == _DECEMBER else Month(self.year, self.number + 1)

    @property
    def previous(self) -> "Month":
        """The one before it."""
        return Month(self.year - 1, _DECEMBER) if self.number == 1 else Month(self.year, self.number - 1)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last
