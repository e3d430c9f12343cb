"""Planning a draft: the backlog on one side, the cycle on the other, and beside them what each workstream can bear."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import planning
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry
from tracker.commands.workflows.moves import the_workflow
from tracker.domain.errors import NN_, InvalidError, TrackerError
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus
from tracker.queries import planning as plans
from tracker.queries.board import changed_since
from tracker.web.board.batches import answer
from tracker.web.board.words import NOT_PLANNED, result_line
from tracker.web.http.addresses import safe_path
from tracker.web.http.context import reading_session
from tracker.web.planning import page as planning_page
from tracker.web.planning.forms import PlanAction, PlanForm
from tracker.web.ui.errors import field_errors
from tracker.web.ui.forms import FormError
from tracker.web.ui.live import PageVersion, changed, live
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.shared import shared
from tracker.web.ui.submit import see_other, submit
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.ui.words import goal_word


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
    text = NN_("%(key)s is planned for cycle %(cycle)s", "%(num)s workflows are planned for cycle %(cycle)s")
    if goal is not None:
        text = NN_(
            "%(key)s is planned for cycle %(cycle)s, goal %(goal)s",
            "%(num)s workflows are planned for cycle %(cycle)s, goal %(goal)s",
        )
    return ngettext(*text, count, key=key, cycle=number, goal=goal_word(goal))


bp = Blueprint("planning", __name__, url_prefix="/cycles/<int:number>/plan")

_MOST_SECTIONS = 8  # beyond that the whole page is as quick
_MOST_TICKS = 60


@bp.get("")
@shared
def show(number: int) -> ResponseReturnValue:
    """The plan of a draft; for another cycle where it is to be found."""
    cycle = plans.cycle_of(reading_session(), number)
    if cycle.status is not CycleStatus.DRAFT:
        return page("planning/no_draft.html", cycle=cycle)
    return live(page("planning/plan.html", **planning_page.context(reading_session(), cycle)))


@bp.get("/changes")
@shared
def changes(number: int) -> ResponseReturnValue:
    """304 when nothing has changed since the version that the reader holds; else what to draw anew."""
    return changed(lambda seen: _changed(plans.cycle_of(reading_session(), number), seen))


@bp.post("")
def do(number: int) -> ResponseReturnValue:
    """Plans what can be planned, and lists the rest with its causes."""
    return submit(
        planning.COMMAND,
        PlanForm.parse,
        lambda session, entry, form: _planned(session, entry, number, form),
        _refused,
        (FormError,),
    )


def _changed(cycle: CycleRow, seen: PageVersion | None) -> Response:
    """The sections of the workstreams that were written to, or, when that is much, all of them; of a cycle that was
    committed in the meantime the page says so.
    """
    if cycle.status is not CycleStatus.DRAFT:
        return Response(headers={"HX-Refresh": "true"})
    session = reading_session()
    context = planning_page.context(session, cycle)
    written = changed_since.changed_since(session, seen.revision, seen.recorded) if seen is not None else None
    codes = plans.streams_of(session, [each.key for each in written]) if written is not None else ()
    if written is None or len(codes) > _MOST_SECTIONS:
        return page("planning/plan.html", "sections", **context)
    here = [each for each in context["sections"] if each.part.stream.code in codes]
    return page("planning/_changed.html", changed=here, **context)


def _planned(session: Session, entry: Entry, number: int, form: PlanForm) -> Response:
    plans.cycle_of(session, number)

    def plan_one(key: str) -> bool:
        version = form.versions.get(key)
        if version is None:
            raise InvalidError(PlanForm.messages["versions"])
        if form.do is PlanAction.OUT:
            return planning.take_out(session, entry, key, number, version=version)
        return planning.take_in(session, entry, key, number, form.goal, version=version)

    outcome = batch_results.each(form.workflow, plan_one)
    session.flush()
    text = result_line(result_text(session, form, number, outcome.done) if outcome.done else "", outcome)
    back = safe_path(form.next) if form.next else url_for(".show", number=number)
    if not htmx and not outcome.left and len(form.workflow) == 1:
        return see_other(back, text)  # all that there was is done
    entry_id, more = entry.id if entry.is_recorded else None, {"next": _with_ticks(back, outcome)}
    return answer(session, outcome, text, back, entry_id=entry_id, stale=NOT_PLANNED, more=more)


def _with_ticks(address: str, outcome: BatchResult) -> str:
    """The page with what was left ticked again, as far as an address can hold it."""
    ticks = urlencode([(planning_page.CHOSEN, each.key) for each in outcome.left[:_MOST_TICKS]])
    return safe_path(f"{address}{'&' if '?' in address else '?'}{ticks}") if ticks else address


def _refused(error: TrackerError) -> Response:
    """Nothing was chosen, or the form is broken."""
    assert isinstance(error, FormError)
    if htmx:
        text = " ".join(field_errors(error).values())
        left: dict[str, Any] = {"outcome": BatchResult((), (), ()), "left": [], "is_refused": True, "entry_id": None}
        return page("board/_outcome.html", status=422, text=text, undo_key="", **left)
    raise InvalidError(error.errors[error.field])
