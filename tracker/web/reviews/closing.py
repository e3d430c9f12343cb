"""Closing the running cycle and committing the next one, each with what it will do before it is done."""

from collections import Counter
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import cycles
from tracker.commands.cycles import Closed, ReviewChangedError, UndecidedError
from tracker.commands.entry.entries import Entry
from tracker.commands.entry.idempotency_keys import LONGEST_KEY
from tracker.db.language import names as names_of
from tracker.db.models import Workstream
from tracker.domain.errors import N_, ConflictError, InvalidError, NotFoundError, TrackerError
from tracker.domain.language import text_in
from tracker.domain.states import CycleStatus, Goal, ProposalKind
from tracker.queries import planning
from tracker.queries.board import cards as board
from tracker.queries.planning import Plan
from tracker.queries.reviews import closing as queries
from tracker.queries.reviews.closing import Standing
from tracker.web.http.context import current_viewer, now, reading_session, today
from tracker.web.planning.page import cautions
from tracker.web.reviews.forms import CloseForm
from tracker.web.reviews.words import changes, figure_groups, snapshot, stream_rows
from tracker.web.ui.errors import explain, field_errors, status_of
from tracker.web.ui.formats import language, moment
from tracker.web.ui.forms import Form
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import SEE_OTHER, WRONG, fresh_key, see_other, submit
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.ui.words import goal_word, reason_word

bp = Blueprint("closing", __name__, url_prefix="/cycles/<int:number>")

# What can become of a member, and how many it becomes of, in words.
_BECAME = {
    ProposalKind.CARRIED: N_("carried to cycle %(cycle)s: %(n)s"),
    ProposalKind.GOES_ON: N_("going on in cycle %(cycle)s: %(n)s"),
    ProposalKind.RETURNED: N_("back to the backlog: %(n)s"),
    ProposalKind.DROPPED: N_("dropped: %(n)s"),
}


@bp.get("/close")
def preview(number: int) -> ResponseReturnValue:
    """What the close of the running cycle would do and keep; of a closed one what it has kept."""
    return _close_page(_the_cycle(number))


@bp.post("/close")
def close(number: int) -> ResponseReturnValue:
    """Closes the cycle as its review has decided and, where that is asked for, commits the next one after it."""
    _the_cycle(number)

    def do(session: Session, entry: Entry, form: CloseForm) -> Response:
        text = _closed_message(cycles.close(session, entry, number, seen=form.seen))
        return see_other(url_for(".preview", number=number), text)

    answer = submit(
        "close_cycle",
        lambda fields: _confirmed(CloseForm.parse(fields), number),
        do,
        lambda error: _close_page(_the_cycle(number), error),
        WRONG,
    )
    form = CloseForm.parse(request.form) if answer.status_code == SEE_OTHER else None
    return answer if form is None or form.commit is None else _then_committed(form.commit, form.key, answer)


@bp.get("/commit")
def confirm(number: int) -> ResponseReturnValue:
    """What the commit of the draft takes on, and what stands in its way."""
    return _commit_page(_the_cycle(number))


@bp.post("/commit")
def commit(number: int) -> ResponseReturnValue:
    """Starts the draft: what is in it now is what is committed."""
    _the_cycle(number)
    return submit(
        "commit_cycle",
        Form.parse,
        lambda session, entry, _form: _committed(session, entry, number),
        lambda error: _commit_page(_the_cycle(number), error),
        WRONG,
    )


def _confirmed(form: CloseForm, number: int) -> CloseForm:
    if form.confirm != str(number):
        raise InvalidError(N_("Type %(cycle)s, the number of the cycle, to close it."), field="confirm", cycle=number)
    return form


def _the_cycle(number: int) -> Standing:
    """The cycle, for planners."""
    cycles.require_planner(current_viewer().actor)
    return queries.standing(reading_session(), number)


def _closed_message(closed: Closed) -> str:
    counts = Counter(wish.kind for wish in closed.decisions.values())
    words = [gettext(text, cycle=closed.into, n=counts[kind]) for kind, text in _BECAME.items() if counts[kind]]
    words += [gettext("lapsed proposals: %(n)s", n=len(closed.lapsed))] if closed.lapsed else []
    text = gettext("Cycle %(cycle)s is closed, and its figures are kept.", cycle=closed.number)
    more = ", ".join(words)
    return f"{text} {more[:1].upper()}{more[1:]}." if more else text


def _then_committed(number: int, key: str, closed: Response) -> Response:
    """The second of two commands: what it refuses undoes nothing of the close."""

    def refused(error: TrackerError) -> Response:
        flash(gettext("Cycle %(cycle)s was not committed: %(cause)s", cycle=number, cause=explain(error)))
        return closed

    return submit(
        "commit_cycle",
        lambda _fields: Form(key=f"{key}.2"[-LONGEST_KEY:] if key else ""),
        lambda session, entry, _form: _committed(session, entry, number),
        refused,
        (*WRONG, NotFoundError),
    )


def _committed(session: Session, entry: Entry, number: int) -> Response:
    cycles.commit(session, entry, number)
    text = gettext("Cycle %(cycle)s is committed, and runs.", cycle=number)
    return see_other(url_for(".confirm", number=number), text)


def _close_page(cycle: Standing, error: TrackerError | None = None) -> Response:
    context: dict[str, Any] = {
        "cycle": cycle,
        "errors": _messages(error, cycle, "confirm") if error else {},
        "refused_title": gettext("Nothing was closed"),
        "key": fresh_key(),
        "changed": [],
        "today": today(),
    }
    if cycle.status is CycleStatus.RUNNING:
        context |= _running(cycle, error)
    elif cycle.status is CycleStatus.CLOSED:
        context |= _past(cycle)
    return page("reviews/close.html", status=status_of(error) if error else 200, **context)


def _running(cycle: Standing, error: TrackerError | None) -> dict[str, Any]:
    found = queries.closing(reading_session(), cycle, now())
    typed = request.form if error else {}
    is_decided = not found.undecided and not found.lacks_draft
    has_changed = isinstance(error, ReviewChangedError | UndecidedError)
    names = {part.code: text_in(language(), part, "name") for part in found.review.parts}
    return {
        "closing": found,
        "into": found.review.into,
        "can_close": is_decided,
        "undecided": [(part.code, names[part.code], part.undecided) for part in found.review.parts if part.undecided],
        "lists": [(kind.value, found.decided(kind)) for kind in _BECAME],
        "counts": {kind.value: len(found.decided(kind)) for kind in _BECAME},
        "seal": found.review.fingerprint,
        "marks": snapshot(found),
        "changed": changes(typed.get("marks", ""), found) if has_changed else [],
        "typed": typed,
        "reason_word": reason_word,
        "goal_word": goal_word,
        "own_name": lambda member: text_in(language(), member, "name"),
        **_figures(found.figures, names),
    }


def _past(cycle: Standing) -> dict[str, Any]:
    session = reading_session()
    figures = _figures(queries.kept(session, cycle.cycle), names_of(session, Workstream, language()))
    return {"into": queries.next_draft(session, cycle.cycle), **figures}


def _figures(rows: Any, names: dict[str, str]) -> dict[str, Any]:  # noqa: ANN401 - rows of figures
    return {"groups": figure_groups(rows[-1]) if rows else [], "streams": stream_rows(rows, names)}


def _commit_page(cycle: Standing, error: TrackerError | None = None) -> Response:
    found = queries.committing(reading_session(), cycle)
    plan = _plan(cycle) if cycle.status is CycleStatus.DRAFT else None
    return page(
        "reviews/commit.html",
        status=status_of(error) if error else 200,
        cycle=cycle,
        committing=found,
        whole=found.all_parts,
        plan=plan,
        total=plan.total(plan.parts) if plan else None,
        cautions=cautions(plan.parts.values()) if plan else {},
        parts=[(part, text_in(language(), part, "name")) for part in found.parts],
        goals=[(goal, goal_word(goal)) for goal in Goal],
        errors=_messages(error, cycle, "commit") if error else {},
        refused_title=gettext("Nothing was committed"),
        key=fresh_key(),
    )


def _plan(cycle: Standing) -> Plan | None:
    """What the page of the plan holds the draft against."""
    session = reading_session()
    row, frame = planning.cycle_of(session, cycle.cycle), board.frame(session, language=language(), today=today())
    return planning.plan(session, row, frame, language=language(), now=now(), today=today())


def _messages(error: TrackerError, cycle: Standing, command: str) -> dict[str, str]:
    """What to say at which field. Whoever comes second hears who came first."""
    is_closed = cycle.status is CycleStatus.CLOSED
    who, when = (cycle.closed_by, cycle.closed_at) if is_closed else (cycle.committed_by, cycle.committed_at)
    is_late = is_closed if command == "confirm" else when is not None
    if isinstance(error, ConflictError) and is_late and when is not None:
        return {"": f"{explain(error)} {_by(who, moment(when))}"}
    if isinstance(error, UndecidedError):
        count = len(error.keys)
        return {"": ngettext("%(num)s workflow is undecided.", "%(num)s workflows are undecided.", count)}
    return field_errors(error, "")


def _by(who: str | None, when: str) -> str:
    return gettext("By %(who)s, %(when)s.", who=who, when=when) if who else gettext("%(when)s.", when=when)
