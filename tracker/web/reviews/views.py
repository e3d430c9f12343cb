"""The review before a cycle is closed: what is to become of each member, proposed by leads and decided in the room."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker.commands import reviews
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry
from tracker.commands.reviews import StaleProposalError
from tracker.domain.errors import N_, NotAllowedError, NotFoundError, TrackerError
from tracker.domain.states import CycleStatus, ReviewReason
from tracker.queries.reviews import frame as review_frame
from tracker.web.http.context import reading_session
from tracker.web.reviews import page as review_page
from tracker.web.reviews.forms import AcceptForm, ProposeForm, ReadyForm, WithdrawForm
from tracker.web.reviews.page import NO_DRAFTS, Draft, Drafts, PastTable, ReviewPage
from tracker.web.reviews.words import wish_words
from tracker.web.ui.errors import explain, field_errors, status_of
from tracker.web.ui.forms import Form
from tracker.web.ui.live import changed, live, page_version
from tracker.web.ui.query import last
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.shared import shared
from tracker.web.ui.submit import REFUSALS, see_other, submit
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.ui.words import goal_word, reason_word, word

bp = Blueprint("review", __name__, url_prefix="/cycles/<int(max=2147483647):number>/review")

OK = 200
AnyForm = TypeVar("AnyForm", bound=Form)
Do = Callable[[Session, Entry, AnyForm], Response]


@bp.get("")
@shared
def show(number: int) -> ResponseReturnValue:
    """The review of the running cycle; of a closed one what was decided, of a draft when it comes."""
    session, found = reading_session(), _found(number)
    if found.review.status is CycleStatus.DRAFT:
        return page("reviews/coming.html", cycle=found.frame.cycle)
    if found.review.status is CycleStatus.CLOSED:
        parts, asked = review_frame.disposed(session, number), last("workstream")
        return page(
            "reviews/closed.html",
            cycle=found.frame.cycle,
            parts=[part for part in parts if part.code == asked] or parts,
            sums=Counter(item.kind for part in parts for item in part.items),
            kind_word=word,
            goal_word=goal_word,
            reason_word=reason_word,
        )
    drawn = review_page.context(found, past=review_page.tables(session, found))
    return live(page("reviews/review.html", **drawn, notices=_notices(found), tag=page_version()))


@bp.get("/changes")
@shared
def changes(number: int) -> ResponseReturnValue:
    """304 when nothing has been written since the version that the reader holds; else the review as it stands."""
    return changed(lambda _seen: _changed(number))


def _changed(number: int) -> Response:
    found = _found(number)
    if found.review.status is not CycleStatus.RUNNING:  # it was closed meanwhile
        return Response(headers={"HX-Redirect": url_for(".show", number=number)})
    drawn = review_page.context(found, past=review_page.tables(reading_session(), found))
    return page("reviews/review.html", "review", **drawn)


def _found(number: int) -> ReviewPage:
    found = review_page.shown(reading_session(), number, last("workstream"))
    if found is None:
        raise NotFoundError(N_("There is no cycle %(cycle)s."), cycle=number)
    return found


@bp.post("/<key>/propose")
def propose(number: int, key: str) -> ResponseReturnValue:
    """Writes down what is to become of a member."""

    def do(session: Session, entry: Entry, form: ProposeForm) -> Response:
        reviews.propose(session, entry, number, key, form.wish, version=form.version)
        return _after(session, number, f"{key}: {wish_words(form.wish)}", key=key)

    return _written(number, "propose", ProposeForm, do, key=key)


@bp.post("/<key>/withdraw")
def withdraw(number: int, key: str) -> ResponseReturnValue:
    """Takes a proposal away, so that the member is undecided again."""

    def do(session: Session, entry: Entry, form: WithdrawForm) -> Response:
        reviews.withdraw(session, entry, number, key, version=form.version)
        return _after(session, number, gettext("%(key)s is undecided again", key=key), key=key)

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
        return _after(session, number, text, code=form.workstream)

    return _written(number, "mark_ready", ReadyForm, do)


def _written(
    number: int, command: str, form_type: type[AnyForm], do: Do[AnyForm], *, key: str = ""
) -> ResponseReturnValue:
    """Does what a form asks, once, or says why not where it was typed."""
    return submit(command, form_type.parse, do, lambda error: _refused(number, key, error), (*REFUSALS, NotFoundError))


def _after(session: Session, number: int, text: str, *, code: str = "", key: str = "") -> Response:
    """For htmx the item anew, if it is about one, and the sums; else back to the item or its workstream."""
    session.flush()
    found = _shown(session, number, code, key)
    return _parts(found, [key] if key else [], text) if htmx else _back(found, f"item-{key}" if key else "stream", text)


def _back(found: ReviewPage, place: str, text: str) -> Response:
    return see_other(f"{review_page.here(found.review.cycle, found.part)}#{place}", text)


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
        return _back(found, "stream", text)
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
    return _page(found, drafts=drafts, title=title, status=status, past=review_page.tables(reading_session(), found))


def _draft(error: TrackerError) -> Draft:
    if request.endpoint == "review.withdraw":
        return Draft(None, {"item": _message(error)})
    typed = request.form.to_dict()
    if isinstance(error, StaleProposalError):
        return Draft(typed, {"item": explain(error)}, is_stale=True, theirs=error.proposal)
    return Draft(typed, {_place(name): text for name, text in field_errors(error).items()})


def _message(error: TrackerError) -> str:
    """The whole of it, where no field can tell its part."""
    return " ".join(field_errors(error).values())


def _place(name: str) -> str:
    """Where in the item the message of a field stands."""
    return name if name in {"kind", "goal", "reason", "note"} else "item"


def _parts(found: ReviewPage, keys: list[str], text: str, *, drafts: Drafts = NO_DRAFTS, status: int = OK) -> Response:
    """For htmx: items anew, the sums, and a word about it."""
    drawn = review_page.context(found, drafts)
    is_refusal = status != OK
    return page("reviews/_written.html", status=status, keys=set(keys), text=text, is_refusal=is_refusal, **drawn)


def _page(found: ReviewPage, *, drafts: Drafts, title: str, status: int, past: Sequence[PastTable] = ()) -> Response:
    """The whole page. What was done before is not there while a write holds the lock: it may take long to read."""
    drawn = review_page.context(found, drafts, past)
    return page("reviews/review.html", status=status, refused_title=title, notices=[], tag=page_version(), **drawn)


def _shown(session: Session, number: int, code: str = "", key: str = "") -> ReviewPage:
    found = review_page.shown(session, number, code, key)
    assert found is not None, "the cycle was there a moment ago"
    return found


def _notices(found: ReviewPage) -> list[str]:
    asked = last("workstream")
    if asked and (found.part is None or found.part.code != asked):
        return [gettext("There is no workstream %(code)s in this review.", code=asked)]
    return []
