"""Signing in and out."""

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from tracker import security_log
from tracker.clock import real_now
from tracker.commands.accounts import sign_ins
from tracker.commands.accounts.sign_ins import TooManyAttemptsError
from tracker.domain.programme import demo
from tracker.queries.accounts import table as accounts
from tracker.web.accounts.browsers import back_again, end_sign_in, places, signed_in, this_browser
from tracker.web.http.addresses import safe_path
from tracker.web.http.context import current_programme, reading_session, unrecorded, viewer_or_none
from tracker.web.security import sessions
from tracker.web.ui.errors import explain
from tracker.web.ui.query import last
from tracker.web.ui.rendering import htmx, page
from tracker.web.ui.translation import gettext

bp = Blueprint("sign_in", __name__)


@bp.app_template_filter()
def demo_name(key: str) -> str:
    """Who signs in by that button of the demo, as the header says it then."""
    chosen = demo.account(key)
    return chosen.name if chosen else ""


@bp.get("/login")
def show() -> ResponseReturnValue:
    """The form, for who is not signed in yet."""
    target = safe_path(last("next"))
    if viewer_or_none() is not None:
        return back_again() if htmx.wants_part else redirect(target)
    return _form("", target)


@bp.post("/login")
def enter() -> ResponseReturnValue:
    """Signs in with e-mail and password, and goes on to the page that was wanted."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    target = safe_path(request.form.get("next", ""))
    errors = _missing(email, password)
    if errors:
        return _form(email, target, errors, 422)
    browser = this_browser()
    try:
        with unrecorded() as session:
            attempt = sign_ins.attempt(session, email, places(browser), real_now())
    except TooManyAttemptsError as error:
        response = _form(email, target, {"form": explain(error)}, 429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    if not attempt.succeeds_with(password):
        return _form(
            email,
            target,
            {
                "form": gettext("E-mail and password do not match an account."),
                "password": gettext("Write the password again."),
            },
            422,
        )
    with unrecorded() as session:
        token = sign_ins.sign_in(session, attempt, places(browser), real_now())
        end_sign_in(session)
    return signed_in(token, target, browser)


@bp.post("/login/demo", endpoint="demo")
def enter_demo() -> ResponseReturnValue:
    """Signs in as one of the demo's roles, without a password; there is no such page outside the demo."""
    if not current_programme().is_demo:
        raise NotFound
    chosen = demo.account(request.form.get("role", ""))
    user_id = accounts.active_user_id(reading_session(), chosen.email) if chosen else None
    target = safe_path(request.form.get("next", ""))
    if user_id is None:
        return _form("", target, {"form": gettext("Choose one of the roles.")}, 422)
    browser = this_browser()
    with unrecorded() as session:
        token = sign_ins.sign_in_user(session, user_id, places(browser), real_now())
        end_sign_in(session)
    return signed_in(token, target, browser)


@bp.post("/logout")
def leave() -> ResponseReturnValue:
    """Ends this browser's sign-in."""
    viewer = viewer_or_none()
    with unrecorded() as session:
        end_sign_in(session)
    sessions.end()
    if viewer is not None:
        security_log.note("signed_out", account=viewer.user_id)
    return redirect(url_for(".show"), code=303)


def _form(email: str, target: str, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    form = {"email": email, "next": "" if target == "/" else target, "kept": request.form.get("kept", "")}
    template = "accounts/again.html" if htmx.wants_part else "accounts/sign_in.html"
    return page(template, status=status, form=form, errors=errors or {})


def _missing(email: str, password: str) -> dict[str, str]:
    errors = {}
    if not email.strip():
        errors["email"] = gettext("Write your e-mail address.")
    if not password:
        errors["password"] = gettext("Write your password.")
    return errors
