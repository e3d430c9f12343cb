"""The cycles on one time line, and making and editing one. Planners write; everybody reads."""

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import cycles as commands
from tracker.commands.entry.entries import Entry
from tracker.domain.calendar import working_days
from tracker.domain.cycles.dates import Dates, NumberedDates, dates_from, gaps_around, proposed
from tracker.domain.cycles.fields import DATES, FIELDS, CycleFields
from tracker.domain.cycles.line import gaps, line
from tracker.domain.errors import N_, InvalidError, NotFoundError, TrackerError
from tracker.domain.fields import texts_of
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus
from tracker.queries.cycles import list as queries
from tracker.web.cycles.drawing import Drawing
from tracker.web.cycles.forms import CreateForm, EditForm, read_dates
from tracker.web.cycles.words import (
    days_words,
    free_words,
    gap_words,
    outside_words,
    today_words,
    weeks_words,
)
from tracker.web.http.context import current_viewer, reading_session, today
from tracker.web.ui.errors import field_errors, status_of
from tracker.web.ui.merged_forms import Redrawn, redrawn, typed
from tracker.web.ui.query import last, singles, whole
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import fresh_key, see_other, submit
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import field_label, word

bp = Blueprint("cycles", __name__, url_prefix="/cycles")

Texts = dict[str, str]
_WORDS: dict[str, Any] = {
    words.__name__: words for words in (days_words, free_words, outside_words, word, weeks_words, working_days)
}
_LAST_YEAR = 2199


class UnseenGapError(InvalidError):
    """The dates leave days outside the cycles, which the form has not named yet."""

    def __init__(self) -> None:
        super().__init__(N_("These dates leave days outside the cycles. Save again if that is meant."))


@bp.get("")
def index() -> ResponseReturnValue:
    """Past, running and coming cycles; `from` names the first of those on the line."""
    found = queries.cycles(reading_session())
    drawn = line(found.rows, today=today(), since=whole(last("from")))
    return page(
        "cycles/index.html",
        found=found,
        drawing=Drawing(drawn) if drawn else None,
        gaps={gap.before: gap for gap in gaps(found.rows)},
        today_words=today_words(found.rows, gaps(found.rows)),
        today=today(),
        may=current_viewer().actor.is_planner,
        **_WORDS,
    )


@bp.get("/new")
def new() -> ResponseReturnValue:
    """The form of the next cycle, with dates proposed; what is typed may be given in the address."""
    rows = queries.rows(reading_session())
    return page("cycles/new.html", **_creation(rows, _proposal(rows) | typed(singles(), FIELDS)))


@bp.post("/new")
def create() -> ResponseReturnValue:
    """Makes the next cycle, or draws the form again with seven weeks from the first day."""
    if request.form.get("then") == "propose":
        return _proposed_anew(queries.rows(reading_session()), typed(request.form, FIELDS))
    return submit("create_cycle", CreateForm.parse, _created, _not_created)


@bp.get("/<int:number>/edit")
def edit(number: int) -> ResponseReturnValue:
    """The form of a cycle's dates and goal; what is typed may be given in the address."""
    rows = queries.rows(reading_session())
    now = texts_of(_the_cycle(rows, number), FIELDS)
    return page("cycles/edit.html", **_edit(rows, number, Redrawn(now | typed(singles(), FIELDS), now, {}, {})))


@bp.post("/<int:number>/edit")
def save(number: int) -> ResponseReturnValue:
    """Writes the fields that were changed in the form; where two wrote over the same one, both texts are shown."""
    return submit(
        "edit_cycle",
        EditForm.parse,
        lambda session, entry, form: _saved(session, entry, number, form),
        lambda error: _refused(number, error),
    )


def _created(session: Session, entry: Entry, form: CreateForm) -> Response:
    rows = queries.rows(session)
    made = commands.create(session, entry, CycleFields(form.dates, form.goal))
    _require_named(_gaps(rows, made.number, form.dates), form.gaps)
    days = days_words(form.starts_on, form.ends_on)
    return see_other(url_for(".index"), gettext("Cycle %(number)s is created: %(days)s", number=made.number, days=days))


def _not_created(error: TrackerError) -> Response:
    """The form again, with what was typed."""
    rows = queries.rows(reading_session())
    context = _creation(rows, _proposal(rows) | typed(request.form, FIELDS), field_errors(error, "cycle"))
    return page("cycles/new.html", status=status_of(error), **context)


def _saved(session: Session, entry: Entry, number: int, form: EditForm) -> Response:
    before = queries.rows(session)
    fields = commands.edit(session, entry, number, form.wanted, form.was)
    if set(fields) & set(DATES):
        session.flush()
        rows = queries.rows(session)
        left = _gaps(rows, number, _dates_of(_the_cycle(rows, number)))
        if left != _gaps(before, number, _dates_of(_the_cycle(before, number))):
            _require_named(left, form.gaps)
    saved = gettext("Saved: %(fields)s", fields=", ".join(field_label(FIELDS, name).lower() for name in fields))
    return see_other(url_for(".index"), saved if fields else gettext("There was nothing to save"))


def _require_named(left: tuple[tuple[int, int, int], ...], named: str) -> None:
    """A gap may be, once whoever makes it has been told of it."""
    if left and _seen(left) != named:
        raise UnseenGapError


def _seen(left: tuple[tuple[int, int, int], ...]) -> str:
    return " ".join(f"{before}-{after}:{days}" for before, after, days in left)


def _proposed_anew(rows: tuple[CycleRow, ...], given: Texts) -> Response:
    try:
        first = date.fromisoformat(given.get("starts_on", ""))
        dates = dates_from(first)
    except (ValueError, OverflowError):
        message = CreateForm.messages["starts_on"]
        errors = {"starts_on": gettext(message)}
        return page("cycles/new.html", status=422, **_creation(rows, _proposal(rows) | given, errors))
    return page("cycles/new.html", **_creation(rows, given | texts_of(dates, DATES)))


def _proposal(rows: tuple[CycleRow, ...]) -> Texts:
    known = [_dates_of(row) for row in rows if row.ends_on.year < _LAST_YEAR]
    return texts_of(proposed(known, today=today()), DATES) | {"goal": ""}


def _creation(rows: tuple[CycleRow, ...], values: Texts, errors: Texts | None = None) -> dict[str, Any]:
    number = max((row.cycle for row in rows), default=0) + 1
    return _form(rows, number, values, errors or {}) | {"was": {}, "conflicts": {}}


def _refused(number: int, error: TrackerError) -> Response:
    rows = queries.rows(reading_session())
    now = texts_of(_the_cycle(rows, number), FIELDS)
    again = redrawn(error, now, typed(request.form, FIELDS), partial(field_label, FIELDS), "cycle")
    return page("cycles/edit.html", status=status_of(error), **_edit(rows, number, again))


def _edit(rows: tuple[CycleRow, ...], number: int, shown: Redrawn) -> dict[str, Any]:
    cycle = _the_cycle(rows, number)
    is_closed = cycle.status is CycleStatus.CLOSED
    return _form(rows, number, shown.values, shown.errors) | {
        "was": {name: shown.was[name] for name in (("goal",) if is_closed else (*DATES, "goal"))},
        "conflicts": shown.conflicts,
        "cycle": cycle,
        "is_closed": is_closed,
    }


def _form(rows: tuple[CycleRow, ...], number: int, values: Texts, errors: Texts) -> dict[str, Any]:
    """What both forms show: the fields, and what the dates that stand in them come to."""
    dates = read_dates(values)
    if dates is not None and dates.ends_on < dates.starts_on:
        dates = None
    left = _gaps(rows, number, dates) if dates is not None else ()
    return {
        "number": number,
        "values": values,
        "errors": errors,
        "dates": dates,
        "gaps": _seen(left),
        "gap_words": gap_words(left),
        "key": fresh_key(),
        "may": current_viewer().actor.is_planner,
        **_WORDS,
    }


def _gaps(rows: tuple[CycleRow, ...], number: int, dates: Dates) -> tuple[tuple[int, int, int], ...]:
    others = [NumberedDates(row.cycle, _dates_of(row)) for row in rows if row.cycle != number]
    return gaps_around(NumberedDates(number, dates), others)


def _the_cycle(rows: tuple[CycleRow, ...], number: int) -> CycleRow:
    found = next((row for row in rows if row.cycle == number), None)
    if found is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    return found


def _dates_of(row: CycleRow) -> Dates:
    return Dates(row.starts_on, row.ends_on, row.planning_starts_on, row.planning_ends_on)
