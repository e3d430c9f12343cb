"""Signing in and out."""

import secrets

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import Session
from werkzeug.exceptions import NotFound

from tracker.clock import real_now
from tracker.commands import sign_ins
from tracker.commands.sign_ins import TooManyAttemptsError, token_hash
from tracker.db.engine import transaction
from tracker.domain import demo
from tracker.queries import accounts
from tracker.web import cookies, sessions
from tracker.web.addresses import peer, safe_path
from tracker.web.context import (
    close_reading_session,
    current_engine,
    current_programme,
    reading_session,
    viewer_or_none,
)
from tracker.web.errors import explain
from tracker.web.rendering import page
from tracker.web.translation import gettext

bp = Blueprint("sign_in", __name__)

BROWSER = "browser"


@bp.get("/login")
def show() -> ResponseReturnValue:
    """The form, for who is not signed in yet."""
    target = safe_path(request.args.get("next", ""))
    if viewer_or_none() is not None:
        return redirect(target)
    return _form("", target)


@bp.post("/login")
def enter() -> ResponseReturnValue:
    """Signs in with e-mail and password, and goes on to the page that was wanted."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    target = safe_path(request.form.get("next", ""))
    errors = _missing(email, password)
    if errors:
        return _form(email, target, errors, 422)
    browser = _browser()
    close_reading_session()
    try:
        with transaction(current_engine()) as session:
            attempt = sign_ins.attempt(session, email, _places(browser), real_now())
    except TooManyAttemptsError as error:
        response = _form(email, target, {"form": explain(error)}, 429)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    if not attempt.succeeds_with(password):
        return _form(email, target, {"form": gettext("E-mail and password do not match an account."),
                                     "password": gettext("Write the password again.")}, 422)  # fmt: skip
    with transaction(current_engine()) as session:
        token = sign_ins.sign_in(session, attempt, _places(browser), real_now())
        _end_old(session)
    return _signed_in(token, target, browser)


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
    browser = _browser()
    close_reading_session()
    with transaction(current_engine()) as session:
        token = sign_ins.sign_in_user(session, user_id, _places(browser), real_now())
        _end_old(session)
    return _signed_in(token, target, browser)


@bp.post("/logout")
def leave() -> ResponseReturnValue:
    """Ends this browser's sign-in."""
    close_reading_session()
    with transaction(current_engine()) as session:
        _end_old(session)
    sessions.end()
    return redirect(url_for(".show"), code=303)


def _form(email: str, target: str, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    form = {"email": email, "next": "" if target == "/" else target}
    return page("sign_in/sign_in.html", status=status, form=form, errors=errors or {})


def _missing(email: str, password: str) -> dict[str, str]:
    errors = {}
    if not email.strip():
        errors["email"] = gettext("Write your e-mail address.")
    if not password:
        errors["password"] = gettext("Write your password.")
    return errors


def _browser() -> str:
    """What tells this browser from others; it becomes a cookie once somebody has signed in."""
    return request.cookies.get(BROWSER) or secrets.token_urlsafe(24)


def _places(browser: str) -> list[str]:
    return [f"browser:{token_hash(browser)}", f"address:{peer()}"]


def _end_old(session: Session) -> None:
    token = sessions.current_token()
    if token is not None:
        sign_ins.sign_out(session, token_hash(token))


def _signed_in(token: str, target: str, browser: str) -> Response:
    sessions.begin(token)
    response = make_response(redirect(target, code=303))
    cookies.keep(response, BROWSER, browser)
    return response
