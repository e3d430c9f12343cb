"""The review before a cycle is closed: what is to become of each member, proposed by leads and decided in the room."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import reviews
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry
from tracker.commands.reviews import StaleProposalError
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError, NotFoundError, TrackerError
from tracker.domain.states import CycleStatus, ReviewReason
from tracker.queries.reviews import frame as review_frame
from tracker.web.board.version import BoardVersion, board_version
from tracker.web.http.context import current_viewer, reading_session, writing
from tracker.web.http.idempotency import once
from tracker.web.reviews import page as review_page
from tracker.web.reviews import past as review_past
from tracker.web.reviews.forms import AcceptForm, ProposeForm, ReadyForm, WithdrawForm
from tracker.web.reviews.page import NO_DRAFTS, Draft, Drafts, ReviewPage
from tracker.web.reviews.past import PastTable
from tracker.web.reviews.words import goal_word, kind_word, wish_words
from tracker.web.ui.errors import explain, status_of
from tracker.web.ui.forms import Form, FormError
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.ui.words import reason_word

bp = Blueprint("review", __name__, url_prefix="/cycles/<int(max=2147483647):number>/review")

OK = 200
AnyForm = TypeVar("AnyForm", bound=Form)
Do = Callable[[Session, Entry, AnyForm], Response]
REFUSALS = (InvalidError, ConflictError, NotAllowedError, NotFoundError)


@bp.get("")
def show(number: int) -> ResponseReturnValue:
    """The review of the running cycle; of a closed one what was decided, of a draft when it comes."""
    session = reading_session()
    found = review_page.shown(session, number, request.args.get("workstream", ""))
    if found is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    if found.review.status is CycleStatus.DRAFT:
        return page("reviews/coming.html", cycle=found.frame.cycle)
    if found.review.status is CycleStatus.CLOSED:
        parts, asked = review_frame.disposed(session, number), request.args.get("workstream", "")
        return page(
            "reviews/closed.html",
            cycle=found.frame.cycle,
            parts=[part for part in parts if part.code == asked] or parts,
            sums=Counter(item.kind for part in parts for item in part.items),
            kind_word=kind_word,
            goal_word=goal_word,
            reason_word=reason_word,
        )
    drawn = review_page.context(found, past=review_past.tables(session, found))
    response = page("reviews/review.html", **drawn, notices=_notices(found), tag=board_version())
    response.headers["HX-PTag"] = str(board_version())
    return response


@bp.get("/changes")
def changes(number: int) -> ResponseReturnValue:
    """304 when nothing has been written since the tag that the reader holds; else the review as it stands."""
    tag, seen = board_version(), request.headers.get("HX-PTag", "")
    if str(tag) in {seen, *request.if_none_match.as_set()}:
        return Response(status=304)
    session = reading_session()
    found = review_page.shown(session, number, request.args.get("workstream", ""))
    if found is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    if found.review.status is not CycleStatus.RUNNING:  # it was closed meanwhile
        return Response(headers={"HX-Redirect": url_for(".show", number=number)})
    drawn = review_page.context(found, past=review_past.tables(session, found))
    response = page("reviews/review.html", "review", **drawn)
    response.set_etag(str(tag))
    response.headers["HX-PTag"] = str(tag)
    earlier = BoardVersion.read(seen)
    if earlier is not None and earlier.assets != tag.assets:
        response.headers["HX-Trigger"] = "tracker:outdated"
    return response


@bp.post("/<key>/propose")
def propose(number: int, key: str) -> ResponseReturnValue:
    """Writes down what is to become of a member."""

    def do(session: Session, entry: Entry, form: ProposeForm) -> Response:
        reviews.propose(session, entry, number, key, form.wish, version=form.version)
        return _item_written(session, number, key, f"{key}: {wish_words(form.wish)}")

    return _written(number, "propose", ProposeForm, do, key=key)


@bp.post("/<key>/withdraw")
def withdraw(number: int, key: str) -> ResponseReturnValue:
    """Takes a proposal away, so that the member is undecided again."""

    def do(session: Session, entry: Entry, form: WithdrawForm) -> Response:
        reviews.withdraw(session, entry, number, key, version=form.version)
        return _item_written(session, number, key, gettext("%(key)s is undecided again", key=key))

    return _written(number, "withdraw_proposal", WithdrawForm, do, key=key)


@bp.post("/accept")
def accept(number: int) -> ResponseReturnValue:
    """Writes down what is proposed by default for all of a workstream that is undecided; the rest is told."""

    def do(session: Session, entry: Entry, form: AcceptForm) -> Response:
        outcome = reviews.accept(session, entry, number, form.workstream, reason=form.reason)
        return _accepted(session, number, form.workstream, outcome, form.reason)

    return _written(number, "accept_proposals", AcceptForm, do)


@bp.post("/ready")
def ready(number: int) -> ResponseReturnValue:
    """A workstream's leads say that they are done preparing, or not after all."""

    def do(session: Session, entry: Entry, form: ReadyForm) -> Response:
        is_ready = form.is_ready == "1"
        reviews.mark_ready(session, entry, number, form.workstream, is_ready=is_ready)
        text = (
            gettext("%(workstream)s is ready for the review", workstream=form.workstream)
            if is_ready
            else gettext("%(workstream)s is not ready for the review any more", workstream=form.workstream)
        )
        return _stream_written(session, number, form.workstream, text)

    return _written(number, "mark_ready", ReadyForm, do)


def _written(
    number: int, command: str, form_type: type[AnyForm], do: Do[AnyForm], *, key: str = ""
) -> ResponseReturnValue:
    """Does what a form asks, once, or says why not where it was typed."""
    try:
        form = form_type.parse(request.form)
        with writing(command) as (session, entry):
            return once(session, entry, current_viewer().user_id, form.key, lambda: do(session, entry, form))
    except REFUSALS as error:
        return _refused(number, key, error)


def _item_written(session: Session, number: int, key: str, text: str) -> Response:
    """For htmx the item anew and the sums; else back to the item."""
    session.flush()
    found = _shown(session, number, key=key)
    if htmx:
        return _parts(found, [key], text)
    flash(text)
    return make_response(redirect(f"{review_page.here(number, found.part)}#item-{key}", code=303))


def _stream_written(session: Session, number: int, code: str, text: str) -> Response:
    session.flush()
    found = _shown(session, number, code)
    if htmx:
        return _parts(found, [], text)
    flash(text)
    return make_response(redirect(f"{review_page.here(number, found.part)}#stream", code=303))


def _accepted(session: Session, number: int, code: str, outcome: BatchResult, reason: ReviewReason | None) -> Response:
    """What was accepted, and each that was left with its cause at its field."""
    session.flush()
    found = _shown(session, number, code)
    done, left = len(outcome.done), len(outcome.left)
    words = [ngettext("%(num)s proposal accepted", "%(num)s proposals accepted", done)] if done or not left else []
    if left:
        words.append(ngettext("%(num)s needs a decision of its own", "%(num)s need a decision of their own", left))
    text = f"{code}: {', '.join(words)}"
    drafts = _left(found, outcome, reason)
    status = OK if done or not left else 422
    if htmx:
        return _parts(found, [*outcome.done, *drafts], text, drafts=drafts, status=status)
    if not left:
        flash(text)
        return make_response(redirect(f"{review_page.here(number, found.part)}#stream", code=303))
    return _page(found, drafts=drafts, title=text, status=status)


def _left(found: ReviewPage, outcome: BatchResult, reason: ReviewReason | None) -> dict[str, Draft]:
    """What was not accepted: as it is proposed by default, with the cause at its field."""
    members = {member.key: member for member in found.part.members} if found.part else {}
    drafts = {}
    for each in outcome.left:
        wish = members[each.key].default
        assert wish is not None, "only what is proposed can be refused"
        typed = {"kind": wish.kind.value, "goal": wish.goal or "", "reason": wish.reason or reason or ""}
        drafts[each.key] = Draft(typed, {_place(each.error.field): explain(each.error)}, is_typed=False)
    return drafts


def _refused(number: int, key: str, error: TrackerError) -> Response:
    """The review with the message at the item's field, and all that was typed; of an item that is not there, or of a
    whole workstream, only the message.
    """
    found = review_page.shown(reading_session(), number, request.form.get("workstream", ""), key)
    status, title = status_of(error), explain(error) if key else _message(error)
    if found is None or found.review.status is not CycleStatus.RUNNING or found.part is None:
        raise error
    is_here = found.part.has(key) and not isinstance(error, NotAllowedError)
    drafts = {key: _draft(error)} if is_here else {}
    if not htmx and (isinstance(error, NotAllowedError | NotFoundError) or (key and not is_here)):
        raise error
    if htmx:
        return _parts(found, list(drafts), title, drafts=drafts, status=status)
    return _page(found, drafts=drafts, title=title, status=status, past=review_past.tables(reading_session(), found))


def _draft(error: TrackerError) -> Draft:
    if request.endpoint == "review.withdraw":
        return Draft(None, {"item": _message(error)})
    typed = request.form.to_dict()
    if isinstance(error, StaleProposalError):
        return Draft(typed, {"item": explain(error)}, is_stale=True, theirs=error.proposal)
    if isinstance(error, FormError):
        return Draft(typed, {_place(name): gettext(message) for name, message in error.errors.items()})
    return Draft(typed, {_place(error.field): explain(error)})


def _message(error: TrackerError) -> str:
    """The whole of it, where no field can tell its part."""
    if isinstance(error, FormError):
        return " ".join(gettext(message) for message in error.errors.values())
    return explain(error)


def _place(name: str) -> str:
    """Where in the item the message of a field stands."""
    return name if name in {"kind", "goal", "reason", "note"} else "item"


def _parts(found: ReviewPage, keys: list[str], text: str, *, drafts: Drafts = NO_DRAFTS, status: int = OK) -> Response:
    """For htmx: items anew, the sums, and a word about it."""
    drawn = review_page.context(found, drafts)
    html = render_template("reviews/_written.html", keys=set(keys), text=text, is_refusal=status != OK, **drawn)
    return make_response(html, status)


def _page(found: ReviewPage, *, drafts: Drafts, title: str, status: int, past: Sequence[PastTable] = ()) -> Response:
    """The whole page. What was done before is not there while a write holds the lock: it may take long to read."""
    drawn = review_page.context(found, drafts, past)
    return page("reviews/review.html", status=status, refused_title=title, notices=[], tag=board_version(), **drawn)


def _shown(session: Session, number: int, code: str = "", key: str = "") -> ReviewPage:
    found = review_page.shown(session, number, code, key)
    assert found is not None, "the cycle was there a moment ago"
    return found


def _notices(found: ReviewPage) -> list[str]:
    asked = request.args.get("workstream", "")
    if asked and (found.part is None or found.part.code != asked):
        return [gettext("There is no workstream %(code)s in this review.", code=asked)]
    return []
