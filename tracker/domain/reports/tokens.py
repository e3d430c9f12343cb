"""Figures in a text: `{59|tested|c4}` is what it said, which figure, and where. What is written in braces otherwise is
text like any other.

In front of `=` stands what is read where it is no bare number: `{nearly twice as many=1.90|ratio_to_previous|c4}`. The
place is a cycle (`c4`), a month (`2023-03`) or what they have in common (`c4/2023-03`). A project may follow, `*` for
the programme; without one it is the project whose text it is. `{a title|blocker|12}` is a blocker.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from tracker.domain.errors import N_, InvalidError
from tracker.domain.reports.months import Month

BLOCKER = "blocker"
PROGRAMME = "*"
INTRODUCTION = "introduction"  # stands in a part's code too, before the programme's
_TOKEN = re.compile(r"\{([^{}|\n]{1,300})\|([^{}|\n]{1,40})\|([^{}|\n]{1,20})(?:\|([^{}|\n]{1,40}))?\}")
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,2})?", re.ASCII)
_CYCLE = re.compile(r"c([1-9]\d{0,8})", re.ASCII)
_ID = re.compile(r"[1-9]\d{0,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A cycle, a month, or their common days."""

    cycle: int | None = None
    month: Month | None = None

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """As it stands in a token; none for anything else."""
        cycle, slash, month = text.partition("/")
        if not slash and not cycle.startswith("c"):
            cycle, month = "", text
        number, found = _CYCLE.fullmatch(cycle), Month.read(month)
        if ((cycle or slash) and number is None) or ((slash or not cycle) and found is None):
            return None
        return cls(int(number[1]) if number else None, found)

    def __str__(self) -> str:
        return "/".join([*([f"c{self.cycle}"] if self.cycle else []), *([str(self.month)] if self.month else [])])


@dataclass(frozen=True, slots=True)
class Token:
    """A figure as it was written: what is read, its number, what it counts."""

    shown: str
    value: Decimal | None
    figure: str
    place: Place | None
    blocker: int | None = None
    project: str = ""

    @property
    def is_bare(self) -> bool:
        """Whether its number is what is read."""
        return _number(self.shown) is not None

    def __str__(self) -> str:
        place = self.place if self.blocker is None else self.blocker
        return "".join(["{", self._said(), f"|{self.figure}|{place}", f"|{self.project}" if self.project else "", "}"])

    def _said(self) -> str:
        if self.value is None or _number(self.shown) == self.value:
            return self.shown
        return f"{self.shown}={self.value}"


def figure(value: int | Decimal, name: str, place: Place, *, shown: str = "") -> str:
    """The token of a figure; `shown` is what is read in place of its number."""
    return str(Token(shown or str(value), Decimal(value), name, place))


def blocker(id_: int, title: str) -> str:
    """The token of a blocker under its title."""
    plain = title.replace("{", "(").replace("}", ")").replace("|", "/").replace("\n", " ")
    return str(Token(plain[:300] or str(id_), None, BLOCKER, None, id_))


def parsed(text: str) -> Iterator[str | Token]:
    """The text with its tokens read."""
    at = 0
    for found in _TOKEN.finditer(text):
        token = _read(*found.groups())
        if token is not None:
            if found.start() > at:
                yield text[at : found.start()]
            yield token
            at = found.end()
    if at < len(text):
        yield text[at:]


def tokens(text: str) -> list[Token]:
    """The figures in it."""
    return [each for each in parsed(text) if isinstance(each, Token)]


def require_sound(text: str, field: str, is_known: Callable[[Token], bool]) -> None:
    """Refuses what looks like a figure and is none, naming it."""
    for found in _TOKEN.finditer(text):
        token = _read(*found.groups())
        if token is None or not is_known(token):
            raise InvalidError(
                N_("%(token)s is no figure. Write it as it stood in the draft, or without braces."),
                field=field,
                token=found[0][:120],
            )


def plain(text: str) -> str:
    """The text as it is read, its figures as they were written."""
    return "".join(each if isinstance(each, str) else each.shown for each in parsed(text))


def _read(said: str, name: str, place: str, project: str | None) -> Token | None:
    if name == BLOCKER:
        return Token(said, None, name, None, int(place)) if _ID.fullmatch(place) else None
    where = Place.read(place)
    shown, equals, number = said.rpartition("=")
    value = _number(number if equals else said)
    if where is None or value is None:
        return None
    return Token(shown if equals else said, value, name, where, project=project or "")


def _number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
