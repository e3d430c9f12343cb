"""The time line of the cycles as shapes: days become shares of the width, so that it fits any window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel import dates
from flask_babel import get_locale

from tracker.domain.calendar import free_weekdays
from tracker.domain.cycles.line import Line, Stretch, Week
from tracker.domain.programme.rows import CycleRow
from tracker.web.cycles.words import short_days
from tracker.web.ui.formats import language
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import word

_DAY = timedelta(days=1)
_MANY_WEEKS = 80  # of more, not every number is readable
_MANY_MONTHS = 20
_DAYS_OF_A_WORD = 20
_EDGE = 0.06  # of the width: words nearer to an end are not centred


@dataclass(frozen=True, slots=True)
class Shape:
    """A stretch of the line with its words."""

    x: str
    width: str
    text: str = ""
    more: str = ""
    anchor: str = "middle"
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A cycle; `elapsed` is how much of its width has passed."""

    number: int
    status: str
    word: str
    x: str
    width: str
    days: str
    elapsed: str


class Drawing:
    """Everything to draw. `x` of a day is where it begins."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.months = self._months(line.months)
        self.weeks = [self._week(n, week) for n, week in enumerate(line.weeks)]
        self.working = [shape for stretch in line.working for shape in self._working(stretch)]
        self.free = [
            self._shape(Stretch(day, day), name)
            for day, name in free_weekdays(line.stretch.first, line.stretch.last, language()).items()
            if line.working
        ]
        self.bars = [self._bar(cycle) for cycle in line.cycles]
        self.planning = [shape for cycle in line.cycles if (shape := self._planning(cycle))]
        self.gaps = [
            self._shape(
                gap.stretch,
                gettext("outside: %(days)s d", days=gap.stretch.days),
                self._middle(gap.stretch),
                self._anchor(gap.stretch.first),
            )
            for gap in line.gaps
        ]
        self.today = self._today(line.today) if line.today else None

    def x(self, day: date) -> str:
        """Where the day begins."""
        return _percent(self._share(day))

    def wide(self, stretch: Stretch) -> str:
        """The width of the days."""
        return _percent(stretch.days / self.line.stretch.days)

    def _share(self, day: date) -> float:
        return (day - self.line.stretch.first).days / self.line.stretch.days

    def _middle(self, stretch: Stretch) -> str:
        return _percent((self._share(stretch.first) + self._share(stretch.last + _DAY)) / 2)

    def _shape(
        self, stretch: Stretch, text: str = "", more: str = "", anchor: str = "middle", *, is_minor: bool = False
    ) -> Shape:
        return Shape(self.x(stretch.first), self.wide(stretch), text, more, anchor, is_minor)

    def _anchor(self, day: date) -> str:
        share = self._share(day)
        return "start" if share < _EDGE else "end" if share > 1 - _EDGE else "middle"

    def _months(self, months: Sequence[Stretch]) -> list[Shape]:
        """Their names, with the year where one begins; of a month that is cut short, or of too many, none."""
        shapes, has_year = [], False
        for month in months:
            is_many = len(months) > _MANY_MONTHS and month.first.month % 6 != 1
            text = ""
            if month.days >= _DAYS_OF_A_WORD and not is_many:
                form = "MMM" if has_year and month.first.month != 1 else "MMM y"
                text = dates.format_date(month.first, form, locale=get_locale()).replace(".", "")
                has_year = True
            shapes.append(self._shape(month, text))
        return shapes

    def _week(self, n: int, week: Week) -> Shape:
        is_shown = len(self.line.weeks) <= _MANY_WEEKS or week.number % 4 == 1
        number = str(week.number) if is_shown else ""
        return self._shape(week.stretch, number, self._middle(week.stretch), is_minor=n % 2 == 1)

    def _working(self, stretch: Stretch) -> list[Shape]:
        """Split where today begins: what has passed is darker."""
        today = self.line.today
        parts = [stretch]
        if today is not None and stretch.first < today <= stretch.last:
            parts = [Stretch(stretch.first, today - _DAY), Stretch(today, stretch.last)]
        return [self._shape(part, "passed" if today is not None and part.last < today else "") for part in parts]

    def _bar(self, cycle: CycleRow) -> Bar:
        stretch, today = Stretch(cycle.starts_on, cycle.ends_on), self.line.today
        passed = 0 if today is None else min(max((today - stretch.first).days, 0), stretch.days)
        return Bar(
            cycle.cycle,
            cycle.status.value,
            word(cycle.status),
            self.x(stretch.first),
            self.wide(stretch),
            short_days(stretch.first, stretch.last),
            _percent(passed / stretch.days),
        )

    def _planning(self, cycle: CycleRow) -> Shape | None:
        first, last = cycle.planning_starts_on, cycle.planning_ends_on
        if first is None or last is None or first not in self.line.stretch or last not in self.line.stretch:
            return None
        text = gettext("planning %(cycle)s", cycle=cycle.cycle)
        if self._share(last) < _EDGE * 2:
            return self._shape(Stretch(first, last), text, self.x(first), "start")
        return self._shape(Stretch(first, last), text, self.x(last + _DAY), "end")

    def _today(self, day: date) -> Shape:
        alone, words = Stretch(day, day), dates.format_date(day, "d MMMM", locale=get_locale())
        return self._shape(alone, gettext("today, %(day)s", day=words), self._middle(alone), self._anchor(day))


def _percent(share: float) -> str:
    return f"{share * 100:.3f}%"
