"""The cycles as a calendar to subscribe to. Calendars cannot sign in: the secret in the address says whose it is."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from werkzeug.exceptions import Unauthorized

from tracker.clock import real_now
from tracker.commands.accounts import sign_ins
from tracker.commands.accounts.account import LANGUAGES
from tracker.commands.accounts.sign_ins import TooManyAttemptsError, token_hash
from tracker.domain.calendar import working_days
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus
from tracker.exports.calendar_file import Occasion, calendar_text
from tracker.queries.cycles import calendar
from tracker.queries.cycles import list as cycles
from tracker.queries.cycles.calendar import Reader
from tracker.web.http.addresses import our_address, peer
from tracker.web.http.context import reading_session, unrecorded
from tracker.web.ui.language import LOCALES
from tracker.web.ui.query import last
from tracker.web.ui.translation import gettext, ngettext

bp = Blueprint("calendar_feed", __name__)

PATH = "/calendar.ics"
_FIRST_STAMP = datetime(2000, 1, 1, tzinfo=UTC)  # of a programme in which nothing is recorded yet


@bp.get(PATH)
def show() -> ResponseReturnValue:
    """The calendar of whoever the key is of. Wrong keys count against the address that they come from, apart from
    its sign-ins: an old subscription must not shut people out.
    """
    place, key = f"calendar:{peer()}", last("key")
    if not key:
        raise Unauthorized
    try:
        sign_ins.refuse_calendar(reading_session(), place, real_now())
        reader = calendar.reader(reading_session(), token_hash(key))
        if reader is None:
            with unrecorded() as session:
                sign_ins.fail_calendar(session, place, real_now())
            return _plain(404, "There is no such calendar.")
    except TooManyAttemptsError as error:
        response = _plain(429, "Too many attempts.")
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    return _calendar(reader)


def _calendar(reader: Reader) -> Response:
    """The file, or that it is as it was: the stamps in it are newer after each entry, which changes nothing."""
    language = reader.language if reader.language in LOCALES else LANGUAGES[0]
    with force_locale(LOCALES[language]):
        name = gettext("Cycles") if not reader.programme else gettext("Cycles: %(name)s", name=reader.programme)
        occasions = [each for row in cycles.rows(reading_session()) for each in _occasions(row)]
    stamp = reader.last_recorded_at or _FIRST_STAMP
    response = Response(
        calendar_text(occasions, name=name, language=language, stamp=stamp), content_type="text/calendar; charset=utf-8"
    )
    response.set_etag(hashlib.sha256(repr((name, language, occasions)).encode()).hexdigest()[:32], weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="tracker.ics"'
    response.headers["Referrer-Policy"] = "no-referrer"
    response.make_conditional(request)
    return response


def _occasions(row: CycleRow) -> Iterator[Occasion]:
    """The cycle, its planning week, and when it was committed and closed."""
    number, address = row.cycle, f"{our_address()}/cycles/{row.cycle}"
    is_draft = row.status is CycleStatus.DRAFT
    title = (
        gettext("Cycle %(number)s, draft", number=number) if is_draft else gettext("Cycle %(number)s", number=number)
    )
    days = working_days(row.starts_on, row.ends_on)
    text = "\n".join(filter(None, (row.goal, ngettext("%(num)s working day", "%(num)s working days", days))))
    yield Occasion(f"cycle-{number}@tracker", title, row.starts_on, row.ends_on, text, address, is_draft)
    if row.planning_starts_on is not None and row.planning_ends_on is not None:
        title = gettext("Planning week for cycle %(number)s", number=number)
        yield Occasion(
            f"planning-{number}@tracker",
            title,
            row.planning_starts_on,
            row.planning_ends_on,
            row.goal,
            address,
            is_draft,
        )
    if row.committed_at is not None:
        title = gettext("Cycle %(number)s committed", number=number)
        yield Occasion(f"commit-{number}@tracker", title, row.committed_at, address=address)
    if row.closed_at is not None:
        title = gettext("Cycle %(number)s closed", number=number)
        yield Occasion(f"close-{number}@tracker", title, row.closed_at, address=address)


def _plain(status: int, words: str) -> Response:
    return Response(f"{words}\n", status, mimetype="text/plain")
