"""Cycles on one line of days: whole ISO weeks, also over New Year and week 53; what lies between is named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.calendar import free_weekdays, is_working_day
from tracker.domain.cycles.line import MOST, Line, Stretch, gaps, line
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus

DAY = timedelta(days=1)
# The last cycle of 2026 goes to the end of week 53, the next begins in the first week of 2027.
LATE = CycleRow(9, date(2026, 11, 16), date(2027, 1, 3), date(2026, 11, 9), date(2026, 11, 13), CycleStatus.RUNNING)
NEW_YEAR = CycleRow(10, date(2027, 1, 4), date(2027, 2, 21), date(2026, 12, 28), date(2026, 12, 30))
TODAY = date(2026, 12, 31)


def drawn(cycles: Sequence[CycleRow], today: date = TODAY, since: int | None = None) -> Line:
    found = line(cycles, today=today, since=since)
    assert found is not None
    return found


@st.composite
def programmes(draw: st.DrawFn) -> list[CycleRow]:
    """Some cycles one after the other, of any length, with and without days between."""
    first, found = draw(st.dates(date(1990, 1, 1), date(2100, 1, 1))), []
    for number in range(1, draw(st.integers(1, 12)) + 1):
        first += draw(st.sampled_from([0, 0, 0, 1, 9, 40])) * DAY
        last = first + draw(st.integers(0, 80)) * DAY
        week = draw(st.sampled_from([None, (first - 7 * DAY, first - 3 * DAY)]))
        found.append(CycleRow(number, first, last, *(week or (None, None))))
        first = last + DAY
    return found


def days_of(stretch: Stretch) -> list[date]:
    return [stretch.first + n * DAY for n in range(stretch.days)]


def test_the_days_around_new_year_of_2026_are_one_week_53() -> None:
    found = drawn([LATE, NEW_YEAR])
    days = days_of(Stretch(date(2026, 12, 28), date(2027, 1, 3)))
    holding = [week for week in found.weeks if any(day in week.stretch for day in days)]
    assert [(week.number, week.year) for week in holding] == [(53, 2026)]
    assert days_of(holding[0].stretch) == days
    numbers = [week.number for week in found.weeks]
    assert 0 not in numbers
    assert numbers == [*range(46, 54), *range(1, 8)]


def test_over_new_year_the_cycles_follow_each_other_and_today_lies_in_the_old_one() -> None:
    found = drawn([LATE, NEW_YEAR])
    assert found.gaps == ()
    assert found.today == TODAY
    assert [cycle.cycle for cycle in found.cycles if cycle.starts_on <= TODAY <= cycle.ends_on] == [9]
    assert found.stretch == Stretch(date(2026, 11, 9), date(2027, 2, 21))
    assert list(free_weekdays(date(2026, 12, 21), date(2027, 1, 8))) == [
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 1, 6),
    ]


@given(programmes(), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_weeks_are_whole_and_each_day_is_in_one(cycles: list[CycleRow], today: date) -> None:
    found = drawn(cycles, today)
    days = [day for week in found.weeks for day in days_of(week.stretch)]
    assert days == days_of(found.stretch)
    for week in found.weeks:
        assert [day.weekday() for day in days_of(week.stretch)] == list(range(7))
        assert {(day.isocalendar().week, day.isocalendar().year) for day in days_of(week.stretch)} == {
            (week.number, week.year)
        }
    assert [day for month in found.months for day in days_of(month)] == days
    for cycle in found.cycles:
        assert cycle.starts_on in found.stretch
        assert cycle.ends_on in found.stretch
    assert found.today is None or found.today in found.stretch


@given(programmes())
def test_working_days_are_those_of_the_calendar(cycles: list[CycleRow]) -> None:
    found = drawn(cycles, cycles[0].starts_on)
    if found.working:
        working = [day for stretch in found.working for day in days_of(stretch)]
        assert working == [day for day in days_of(found.stretch) if is_working_day(day)]


@given(programmes())
def test_each_day_from_the_first_to_the_last_is_in_one_cycle_or_in_a_named_gap(cycles: list[CycleRow]) -> None:
    inside = [day for cycle in cycles for day in days_of(Stretch(cycle.starts_on, cycle.ends_on))]
    outside = [day for gap in gaps(cycles) for day in days_of(gap.stretch)]
    assert sorted(inside + outside) == days_of(Stretch(cycles[0].starts_on, cycles[-1].ends_on))


def test_of_many_cycles_those_around_the_running_one_are_shown_and_the_others_are_a_link_away() -> None:
    first = date(2020, 1, 6)
    many = [CycleRow(n, first + n * 49 * DAY, first + (n * 49 + 48) * DAY) for n in range(1, 41)]
    many[19] = replace(many[19], status=CycleStatus.RUNNING)
    found = drawn(many, many[19].starts_on)
    assert [cycle.cycle for cycle in found.cycles] == list(range(16, 16 + MOST))
    assert (found.earlier, found.later) == (8, 24)
    seen: list[int] = []
    since: int | None = 1
    while since is not None:
        found = drawn(many, many[19].starts_on, since)
        seen += [cycle.cycle for cycle in found.cycles]
        since = found.later
    assert seen == list(range(1, 41))
    assert drawn(many, many[-1].ends_on, 99).cycles == drawn(many, many[-1].ends_on).cycles


def test_today_far_from_every_cycle_is_not_drawn_and_days_that_no_calendar_has_are_left_out() -> None:
    assert drawn([LATE], date(2030, 1, 1)).today is None
    assert drawn([LATE], LATE.ends_on + 10 * DAY).today == LATE.ends_on + 10 * DAY
    assert line([], today=TODAY) is None
    assert line([CycleRow(1, date.min, date.max)], today=TODAY) is None
    assert drawn([CycleRow(1, date.min, date.min), LATE]).cycles == (LATE,)
    assert gaps([CycleRow(1, date.min, date.min), CycleRow(2, date.max, date.max)])[0].stretch.last == date.max - DAY
