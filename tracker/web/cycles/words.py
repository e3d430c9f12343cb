"""Cycles in words: their days, weeks, holidays, and what lies between them."""

from collections.abc import Iterable
from datetime import date

from babel import dates
from flask_babel import get_locale

from tracker.domain.calendar import free_weekdays, iso_week, working_days
from tracker.domain.cycles.line import Gap, Stretch
from tracker.domain.programme.rows import CycleRow
from tracker.web.http.context import today
from tracker.web.ui.formats import day, language, long_day
from tracker.web.ui.translation import gettext, ngettext


def days_words(first: date, last: date) -> str:
    """20 mars – 7 maj, 13–17 mars; with the year when it is not this one."""
    if first == last:
        return day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    if first.year == last.year:
        return f"{dates.format_date(first, 'd MMMM', locale=get_locale())} – {day(last)}"
    return " – ".join(dates.format_date(each, "d MMMM y", locale=get_locale()) for each in (first, last))


def short_days(first: date, last: date) -> str:
    """20 mars – 7 maj, months cut short and no year, for where there is little room."""
    begin, end = (dates.format_date(each, "d MMM", locale=get_locale()).rstrip(".") for each in (first, last))
    return begin if first == last else f"{begin} – {end}"


def weeks_words(first: date, last: date) -> str:
    """v. 12–18."""
    begin, end = iso_week(first), iso_week(last)
    if (begin, first.isocalendar().year) == (end, last.isocalendar().year):
        return gettext("week %(week)s", week=begin)
    return gettext("weeks %(first)s–%(last)s", first=begin, last=end)


def free_words(first: date, last: date) -> list[str]:
    """The holidays that take a working day, with their days: långfredagen 7 april."""
    return [f"{_as_in_a_sentence(name)} {day(when)}" for when, name in free_weekdays(first, last, language()).items()]


def outside_words(days: int) -> str:
    """What lies outside the cycles."""
    return ngettext("outside cycles: %(num)s day", "outside cycles: %(num)s days", days)


def gap_words(gaps: Iterable[tuple[int, int, int]]) -> list[str]:
    """The gaps that dates leave, in words: numbers before and after, and days."""
    return [
        ngettext(
            "Between cycles %(before)s and %(after)s, outside cycles: %(num)s day",
            "Between cycles %(before)s and %(after)s, outside cycles: %(num)s days",
            days,
            before=before,
            after=after,
        )
        for before, after, days in gaps
    ]


def today_words(cycles: Iterable[CycleRow], gaps: Iterable[Gap]) -> str:
    """Today, its week, and where it lies."""
    now = today()
    here = gettext("%(day)s, week %(week)s", day=long_day(now), week=iso_week(now))
    here = here[0].upper() + here[1:]
    for cycle in cycles:
        if now in Stretch(cycle.starts_on, cycle.ends_on):
            place = gettext(
                "cycle %(cycle)s, working day %(n)s of %(all)s",
                cycle=cycle.cycle,
                n=working_days(cycle.starts_on, now),
                all=working_days(cycle.starts_on, cycle.ends_on),
            )
            return f"{here}: {place}."
    for gap in gaps:
        if now in gap.stretch:
            place = gettext(
                "outside cycles, between cycles %(before)s and %(after)s", before=gap.before, after=gap.after
            )
            return f"{here}: {place}."
    return f"{here}."


def _as_in_a_sentence(name: str) -> str:
    """Swedish writes its holidays in lower case, but for names: Kristi, Alla helgons dag."""
    if language() == "sv" and not name.startswith(("Kristi", "Alla")):
        return name[0].lower() + name[1:]
    return name
