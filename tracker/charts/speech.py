"""The reader's language, as far as charts need it: the words come from whoever draws them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from tracker.domain.states import BlockerCategory, Goal, State


class Gettext(Protocol):
    """A message in the reader's language, with its values."""

    def __call__(self, message: str, /, **values: object) -> str: ...


class Ngettext(Protocol):
    """Singular or plural by `num`, which the message may name."""

    def __call__(self, singular: str, plural: str, num: int, /, **values: object) -> str: ...


class ColumnWords(NamedTuple):
    """What a column of a chart is called and what its numbers count, for gettext."""

    label: str
    definition: str


@dataclass(frozen=True, slots=True)
class Speech:
    """How things are called and written. `number` takes the places after the decimal mark."""

    language: str
    gettext: Gettext
    ngettext: Ngettext
    number: Callable[[Decimal | int, int], str]
    day: Callable[[date], str]
    state: Callable[[State], str]
    reason: Callable[[str], str]
    category: Callable[[BlockerCategory], str]
    figure: Callable[[str], str] = str  # what a figure of the summaries is called
    figure_definition: Callable[[str], str] = str  # and what exactly it counts
    short_day: Callable[[date], str] = date.isoformat  # without the year, for axes

    def counted(self, message: tuple[str, str], num: int, **values: object) -> str:
        """A message with its plural, as `NN_` marks it."""
        return self.ngettext(*message, num, **values)

    def cycle(self, number: int) -> str:
        """Cycle 4."""
        return self.gettext("Cycle %(number)s", number=number)

    def goal(self, goal: Goal) -> str:
        """The goal in words."""
        return self.state(State(goal.value))

    def listed(self, parts: Sequence[str]) -> str:
        """One, two and three."""
        if len(parts) < 2:  # noqa: PLR2004 - one needs no "and"
            return "".join(parts)
        return self.gettext("%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1])


def capital(words: str) -> str:
    """The words at the beginning of a line."""
    return words[:1].upper() + words[1:]
