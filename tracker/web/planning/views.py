"""Planning a draft: the backlog on one side, the cycle on the other, and beside them what each workstream can bear."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import planning
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows.moves import the_workflow
from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus
from tracker.queries import planning as plans
from tracker.queries.board import changed_since
from tracker.web.board.batch_words import NOT_PLANNED, causes, result_line
from tracker.web.board.version import BoardVersion, board_version
from tracker.web.http.addresses import safe_path
from tracker.web.http.context import current_viewer, now, reading_session, writing
from tracker.web.http.idempotency import fresh_key, once
from tracker.web.planning import page as planning_page
from tracker.web.planning.forms import PlanAction, PlanForm
from tracker.web.ui.errors import explain, status_of
from tracker.web.ui.formats import state_name
from tracker.web.ui.forms import FormError
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.translation import gettext, ngettext


def result_text(session: Session, form: PlanForm, number: int, done: tuple[str, ...]) -> str:
    """What was done with these, which are some: one line."""
    count, key = len(done), done[0]
    if form.do is PlanAction.OUT:
        if count == 1:
            return gettext("%(key)s is in the backlog", key=key)
        return ngettext("%(num)s workflow is in the backlog", "%(num)s workflows are in the backlog", count)
    goal = form.goal
    if goal is None and count == 1:
        goal = the_workflow(session, key)[0].goal
    if goal is None:
        return ngettext(
            "%(key)s is planned for cycle %(cycle)s",
            "%(num)s workflows are planned for cycle %(cycle)s",
            count,
            key=key,
            cycle=number,
        )
    return ngettext(
        "%(key)s is planned for cycle %(cycle)s, goal %(goal)s",
        "%(num)s workflows are planned for cycle %(cycle)s, goal %(goal)s",
        count,
        key=key,
        cycle=number,
        goal=state_name(goal.value),
    )


bp = Blueprint("planning", __name__, url_prefix="/cycles/<int:number>/plan")

_MOST_SECTIONS = 8  # beyond that the whole page is as quick
_MOST_TICKS = 60


@bp.get("")
def show(number: int) -> ResponseReturnValue:
    """The plan of a draft; for another cycle where it is to be found."""
    cycle = _cycle(number)
    if cycle.status is not CycleStatus.DRAFT:
        return page("planning/no_draft.html", cycle=cycle)
    response = page("planning/plan.html", **planning_page.context(reading_session(), cycle))
    response.headers["HX-PTag"] = str(board_version())
    return response


@bp.get("/changes")
def changes(number: int) -> ResponseReturnValue:
    """304 when nothing has changed since the tag that the reader holds; else what to draw anew."""
    tag, seen = board_version(), request.headers.get("HX-PTag", "")
    if str(tag) in {seen, *request.if_none_match.as_set()}:
        return Response(status=304)
    cycle = _cycle(number)
    if cycle.status is CycleStatus.DRAFT:
        response = _changed(cycle, BoardVersion.read(seen), tag)
    else:  # committed by somebody in the meantime: the page says so
        response = make_response("")
        response.headers["HX-Refresh"] = "true"
    response.set_etag(str(tag))
    response.headers["HX-PTag"] = str(tag)
    return response


@bp.post("")
def do(number: int) -> ResponseReturnValue:
    """Plans what can be planned, and lists the rest with its causes."""
    try:
        form = PlanForm.parse(request.form)
    except FormError as error:
        return _refused(error)
    with writing(planning.COMMAND) as (session, entry):
        _cycle_in(session, number)
        return once(session, entry, current_viewer().user_id, form.key, lambda: _planned(session, entry, number, form))


def _cycle(number: int) -> CycleRow:
    return _cycle_in(reading_session(), number)


def _cycle_in(session: Session, number: int) -> CycleRow:
    cycle = plans.cycle_of(session, number)
    if cycle is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    return cycle


def _changed(cycle: CycleRow, earlier: BoardVersion | None, tag: BoardVersion) -> Response:
    """The sections of the workstreams that were written to, or, when that is much, all of them."""
    session = reading_session()
    context = planning_page.context(session, cycle)
    written = None
    if earlier is not None and earlier.differs_by_revision_alone(tag) and earlier.revision <= tag.revision:
        written = changed_since.changed_since(session, earlier.revision)
    if written is not None:
        codes = plans.streams_of(session, [each.key for each in written])
        if len(codes) <= _MOST_SECTIONS:
            changed = [each for each in context["sections"] if each.part.stream.code in codes]
            return make_response(render_template("planning/_changed.html", changed=changed, **context))
    response = page("planning/plan.html", "sections", **context)
    if earlier is not None and earlier.assets != tag.assets:
        response.headers["HX-Trigger"] = "tracker:outdated"
    return response


def _planned(session: Session, entry: Entry, number: int, form: PlanForm) -> Response:
    def plan_one(key: str) -> bool:
        version = form.versions.get(key)
        if version is None:
            raise InvalidError(PlanForm.messages["versions"])
        if form.do is PlanAction.OUT:
            return planning.take_out(session, entry, key, number, version=version)
        return planning.take_in(session, entry, key, number, form.goal, version=version)

    outcome = batch_results.each(form.workflow, plan_one)
    session.flush()
    return _answer(session, outcome, number, form, entry.id if entry.is_recorded else None)


def _answer(session: Session, outcome: BatchResult, number: int, form: PlanForm, entry_id: int | None) -> Response:
    """What came of it: a word on the page; without script a page of its own, unless all that there was is done."""
    is_refused = bool(outcome.left) and not outcome.done and not outcome.unchanged
    status = status_of(outcome.left[0].error) if is_refused else 200
    text = result_line(result_text(session, form, number, outcome.done) if outcome.done else "", outcome)
    back = safe_path(form.next) if form.next else url_for(".show", number=number)
    if not htmx and not outcome.left and len(form.workflow) == 1:
        flash(text)
        return make_response(redirect(back, code=303))
    context: dict[str, Any] = {
        "outcome": outcome,
        "text": text,
        "left": causes(session, outcome.left, now(), stale=NOT_PLANNED),
        "is_refused": is_refused,
        "entry_id": entry_id,
        "undo_key": fresh_key(),
    }
    if htmx:
        response = make_response(render_template("board/_outcome.html", next=back, **context), status)
        response.headers["HX-Trigger"] = "tracker:written"
        return response
    return page("board/outcome.html", status=status, next=_with_ticks(back, outcome), **context)


def _with_ticks(address: str, outcome: BatchResult) -> str:
    """The page with what was left ticked again, as far as an address can hold it."""
    ticks = urlencode([(planning_page.CHOSEN, each.key) for each in outcome.left[:_MOST_TICKS]])
    return safe_path(f"{address}{'&' if '?' in address else '?'}{ticks}") if ticks else address


def _refused(error: FormError) -> Response:
    """Nothing was chosen, or the form is broken."""
    text = " ".join(gettext(message) for message in error.errors.values()) or explain(error)
    if htmx:
        left = {"outcome": BatchResult((), (), ()), "text": text, "left": [], "is_refused": True, "entry_id": None}
        return make_response(render_template("board/_outcome.html", undo_key="", **left), 422)
    raise InvalidError(error.errors[error.field])
