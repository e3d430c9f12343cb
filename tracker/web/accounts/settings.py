"""What everybody decides for themselves: password, language, keys, announcements, and where they are signed in."""

from flask import Blueprint, Response, flash, g, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from tracker.clock import real_now
from tracker.commands.accounts import account as accounts
from tracker.commands.accounts import passwords, sign_ins
from tracker.commands.accounts.sign_ins import TooManyAttemptsError
from tracker.commands.entry import idempotency_keys
from tracker.domain.errors import InvalidError
from tracker.queries.accounts import table as lists
from tracker.queries.cycles import calendar
from tracker.web.accounts.browsers import places, this_browser
from tracker.web.accounts.forms import ChangePasswordForm, SettingsForm
from tracker.web.http import cookies
from tracker.web.http.addresses import our_address
from tracker.web.http.context import current_viewer, reading_session, unrecorded, writing
from tracker.web.ui.errors import explain, field_errors
from tracker.web.ui.formats import language
from tracker.web.ui.language import COOKIE
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import fresh_key, see_other
from tracker.web.ui.translation import gettext

bp = Blueprint("own_settings", __name__)

_DONE = idempotency_keys.KeptAnswer(303, "", "")
_CALENDAR = "calendar_key"


@bp.get("/settings")
def show() -> ResponseReturnValue:
    """All of them."""
    return _page()


@bp.post("/settings")
def save() -> ResponseReturnValue:
    """Keeps language, keys and announcements."""
    try:
        form = SettingsForm.parse(request.form)
    except InvalidError as error:
        return _page(field_errors(error), 422)
    user_id = current_viewer().user_id
    with unrecorded() as session:
        accounts.choose_language(session, user_id, form.language)
        accounts.choose_help(session, user_id, has_keys=form.has_keys, has_announcements=form.has_announcements)
    response = _back()
    cookies.keep(response, COOKIE, form.language)
    if form.language == language():  # else the page's new language says so, and the words here are of the old one
        flash(gettext("Your settings were saved."))
    return response


@bp.post("/settings/password")
def change_password() -> ResponseReturnValue:
    """A new password for who knows the present one; signs out everywhere else. Counted as signing in is."""
    try:
        form = ChangePasswordForm.parse(request.form)
        email, browser = _own().email, this_browser()
        with unrecorded() as session:
            attempt = sign_ins.attempt(session, email, places(browser), real_now())
        if not attempt.succeeds_with(form.current):
            if _was_done(form.key):
                return _changed()
            return _page({"current": gettext("That is not your present password.")}, 422)
        password_hash = passwords.hashed(form.password)
    except InvalidError as error:
        return _page(field_errors(error), 422)
    except TooManyAttemptsError as error:
        response = _page({"current": explain(error)}, 429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    with writing("change_password") as (session, entry):
        user = accounts.account(session, current_viewer().user_id)
        accounts.keep_password(session, entry, user, password_hash, keep=g.token_hash)
        sign_ins.succeed(session, attempt.failure_id)
        sign_ins.know(session, current_viewer().user_id, places(browser), real_now())
        if form.key:
            idempotency_keys.remember(
                session, current_viewer().user_id, form.key, _request(), _DONE, entry_id=entry.id, at=real_now()
            )
    return _changed()


@bp.post("/settings/sign-out-elsewhere")
def sign_out_elsewhere() -> ResponseReturnValue:
    """Ends the sign-ins of all other browsers."""
    user_id = current_viewer().user_id
    with unrecorded() as session:
        sign_ins.sign_out_elsewhere(session, user_id, keep=g.token_hash)
    return _back(gettext("All other browsers are signed out."))


@bp.post("/settings/calendar")
def make_calendar_address() -> ResponseReturnValue:
    """A new address for the account's calendar, which the next page shows once; an earlier one ends."""
    user_id = current_viewer().user_id
    with unrecorded() as session:
        cookie[_CALENDAR] = [user_id, sign_ins.make_calendar_key(session, user_id, real_now())]
    return see_other(url_for("own_settings.show", _anchor="calendar-title"))


def _changed() -> Response:
    return _back(gettext("Your password was changed. All other browsers are signed out."))


def _was_done(key: str) -> bool:
    """Whether this form was sent before: then its present password is no longer the present one."""
    with unrecorded() as session:
        return (
            bool(key) and idempotency_keys.kept_answer(session, current_viewer().user_id, key, _request()) is not None
        )


def _request() -> str:
    """The mark of the request without its fields: a quick hash of passwords is kept nowhere."""
    return idempotency_keys.request_fingerprint(request.path, ())


def _back(text: str = "") -> Response:
    return see_other(url_for("own_settings.show"), text)


def _own() -> lists.Own:
    return lists.own(reading_session(), current_viewer().user_id, token_hash=g.token_hash)


def _shown_address() -> str:
    """The calendar's address just made: kept in its owner's own cookie until it is shown, and never in the database."""
    kept = cookie.pop(_CALENDAR, None)
    if not kept or kept[0] != current_viewer().user_id:
        return ""
    return our_address() + url_for("calendar_feed.show", key=kept[1])


def _page(errors: dict[str, str] | None = None, status: int = 200) -> Response:
    return page(
        "accounts/settings.html",
        status=status,
        own=_own(),
        calendar_address=_shown_address(),
        calendar_made_at=calendar.made_at(reading_session(), current_viewer().user_id),
        key=fresh_key(),
        errors=errors or {},
    )
