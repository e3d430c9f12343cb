"""Dates, times, numbers and states as people read them, in the programme's time zone and the request's language."""

from datetime import date, datetime
from decimal import Decimal

from babel import dates, numbers
from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup

from tracker.domain.calendar import local_date
from tracker.domain.cells import Dialect
from tracker.domain.looks import LOOKS, Look
from tracker.domain.states import STATES, State
from tracker.web.http.context import current_programme, now
from tracker.web.ui.words import parts_in_words, word


def language() -> str:
    """`sv` or `en`: the language of this answer."""
    return str(get_locale().language)


def usual_dialect() -> Dialect:
    """Of a file: who reads Swedish most likely has a Swedish spreadsheet."""
    return Dialect.EXCEL_SV if language() == "sv" else Dialect.CSV


def day(when: date) -> str:
    """14 april; with the year when it is not this one."""
    on = _date(when)
    return dates.format_date(on, "d MMMM" if on.year == _date(now()).year else "d MMMM y", locale=get_locale())


def short_day(when: date) -> str:
    """14 apr, whatever the year."""
    return dates.format_date(_date(when), "d MMM", locale=get_locale()).rstrip(".")


def long_day(when: date) -> str:
    """Fredag 14 april 2023, in lower case in Swedish."""
    return dates.format_date(_date(when), "EEEE d MMMM y", locale=get_locale())


def weekday(when: date) -> str:
    """Fredag 14 april, in lower case in Swedish."""
    return dates.format_date(_date(when), "EEEE d MMMM", locale=get_locale())


def iso_day(when: date) -> str:
    """2023-04-14."""
    return _date(when).isoformat()


def clock(when: datetime) -> str:
    """09:00."""
    return when.astimezone(current_programme().zone).strftime("%H:%M")


def moment(when: datetime) -> str:
    """14 april 09:00."""
    return f"{day(when)} {clock(when)}"


def number(value: float | Decimal) -> str:
    """12 345,5 in both languages."""
    return numbers.format_decimal(value, locale=get_locale())


def state_name(state: State | str) -> str:
    """The state in words."""
    return word(State(state))


def state_or_dash(state: State | None) -> str:
    """The state in words; a dash for none."""
    return "–" if state is None else state_name(state)


def look(state: State | str) -> Look:
    """How the state looks."""
    return LOOKS[State(state)]


def isolated(text: str) -> Markup:
    """Text that somebody wrote, among ours: whatever its direction, it turns nothing around it."""
    return Markup("<bdi>{}</bdi>").format(text)


def shown(value: object) -> object:
    """A value inside a message, as people read it."""
    match value:
        case State():
            return state_name(value)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case float() | Decimal():
            return number(value)
        case _:
            return value


def install(app: Flask) -> None:
    """Makes them filters, and what states look like functions too."""
    for filter_ in (day, long_day, weekday, iso_day, clock, moment, number, state_name, isolated):
        app.add_template_filter(filter_)
    app.add_template_global(state_name)
    app.add_template_global(parts_in_words)
    app.add_template_global(look)
    app.jinja_env.globals["STATES"] = STATES


def _date(when: date) -> date:
    return local_date(when, current_programme().zone) if isinstance(when, datetime) else when
