"""What the first page draws: the strip of days."""

from datetime import date

from tracker.web.home.day_strip import day_strip

FIRST, LAST = date(2023, 3, 20), date(2023, 5, 7)
PLANNING = date(2023, 5, 2), date(2023, 5, 5)


def test_the_strip_has_a_box_for_each_day_of_each_week() -> None:
    strip = day_strip(FIRST, LAST, date(2023, 4, 14), PLANNING, "sv")
    assert [week.number for week in strip.weeks] == [12, 13, 14, 15, 16, 17, 18]
    days = [day for week in strip.weeks for day in week.days]
    assert [day.on for day in days if day.when == "today"] == [date(2023, 4, 14)]
    assert (len(days), sum(not day.is_off for day in days)) == (49, 32)
    assert [day.on.day for day in days if day.is_planning] == [2, 3, 4, 5]


def test_only_holidays_that_take_a_working_day_are_named() -> None:
    strip = day_strip(FIRST, LAST, FIRST, (None, None), "en")
    assert strip.holidays == [
        (date(2023, 4, 7), "Good Friday"),
        (date(2023, 4, 10), "Easter Monday"),
        (date(2023, 5, 1), "May Day"),
    ]


def test_a_cycle_over_the_new_year_has_its_weeks_in_order() -> None:
    strip = day_strip(date(2026, 12, 21), date(2027, 1, 10), date(2026, 12, 24), (None, None), "sv")
    assert [(week.number, len(week.days)) for week in strip.weeks] == [(52, 7), (53, 7), (1, 7)]
