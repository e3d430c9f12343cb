"""Accepting what is proposed by default in several workstreams at once: what that takes, and what it leaves and why."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import reviews
from tracker.commands.entry.batch_results import BatchResult, each
from tracker.commands.entry.entries import Entry
from tracker.domain.errors import N_, ConflictError, NotAllowedError, NotFoundError, TrackerError
from tracker.domain.language import text_in
from tracker.domain.states import CycleStatus, ReviewReason
from tracker.queries.reviews.review import Part, Review, review
from tracker.web.http.context import current_viewer, reading_session
from tracker.web.reviews.forms import AcceptSeveralForm
from tracker.web.reviews.page import ALL
from tracker.web.ui.errors import explain, field_errors, status_of
from tracker.web.ui.formats import language
from tracker.web.ui.query import last
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import REFUSALS, fresh_key, see_other, submit
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.ui.words import picks

bp = Blueprint("proposals", __name__, url_prefix="/cycles/<int(max=2147483647):number>/review/proposals")


@dataclass(frozen=True, slots=True)
class Offer:
    """A workstream whose proposals can be accepted: how many, and what is left with its name and cause."""

    part: Part
    name: str
    accepted: int
    left: list[tuple[str, str, str]]


@bp.get("")
def show(number: int) -> ResponseReturnValue:
    """What would be accepted in each of the workstreams that the viewer decides for, and what would be left."""
    return _page(_running(number))


@bp.post("")
def accept(number: int) -> ResponseReturnValue:
    """Accepts what is proposed in those that are chosen; what is left is named on the page."""

    def do(session: Session, entry: Entry, form: AcceptSeveralForm) -> Response:
        outcome = reviews.accept(session, entry, number, *form.workstream, reason=form.reason)
        return see_other(url_for(".show", number=number), _told(outcome, form.workstream))

    return submit("accept_proposals", AcceptSeveralForm.parse, do, lambda error: _refused(number, error), REFUSALS)


def _running(number: int) -> Review:
    found = review(reading_session(), number)
    if found is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    if found.status is not CycleStatus.RUNNING:
        raise ConflictError(N_("Cycle %(cycle)s is not running."), cycle=number)
    return found


def _refused(number: int, error: TrackerError) -> Response:
    if isinstance(error, NotAllowedError | NotFoundError):
        raise error
    return _page(_running(number), error)


def _page(found: Review, error: TrackerError | None = None) -> Response:
    typed = request.form if error else None
    offers = [_offer(part) for part in found.parts if current_viewer().actor.leads(part.code)]
    chosen = {part.code for part in found.parts if part.is_ready or last("choose") == ALL}
    context: dict[str, Any] = {
        "number": found.cycle,
        "offers": [each for each in offers if each.accepted or each.left],
        "chosen": set(typed.getlist("workstream")) if typed else chosen,
        "reason": typed.get("reason", "") if typed else "",
        "reasons": picks(ReviewReason),
        "errors": field_errors(error) if error else {},
        "key": fresh_key(),
    }
    return page("reviews/proposals.html", status=status_of(error) if error else 200, **context)


def _offer(part: Part) -> Offer:
    members = {member.key: member for member in part.members}
    outcome = each(members, lambda key: members[key].accepted(None) is not None)
    left = [(one.key, text_in(language(), members[one.key], "name"), _cause(one.error)) for one in outcome.left]
    return Offer(part, text_in(language(), part, "name"), len(outcome.done), left)


def _cause(error: TrackerError) -> str:
    return gettext("no blocker gives a reason") if error.field == "reason" else explain(error)


def _told(outcome: BatchResult, workstreams: tuple[str, ...]) -> str:
    """How many were accepted where, and which were left; why stands beside each."""
    done, streams = len(outcome.done), ", ".join(workstreams)
    text = ngettext("%(num)s proposal accepted", "%(num)s proposals accepted", done)
    if not outcome.left:
        return f"{text}: {streams}"
    keys = ", ".join(left.key for left in outcome.left)
    return gettext(
        "%(accepted)s: %(streams)s. Left for a decision of its own: %(keys)s", accepted=text, streams=streams, keys=keys
    )
