"""A one-time link: whoever holds it chooses a password, and is signed in. Open to all."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from tracker import security_log
from tracker.clock import real_now
from tracker.commands.accounts import links as password_links
from tracker.commands.accounts import passwords, sign_ins
from tracker.commands.accounts.fields import fields_of
from tracker.commands.accounts.links import LinkUnusableError
from tracker.commands.accounts.sign_ins import TooManyAttemptsError
from tracker.commands.entry.entries import open_entry
from tracker.domain.errors import InvalidError
from tracker.domain.people import Actor
from tracker.web.accounts.browsers import address, end_sign_in, places, signed_in, this_browser
from tracker.web.accounts.forms import NewPasswordForm
from tracker.web.http.context import installation, unrecorded, viewer_or_none
from tracker.web.ui.errors import error_page, explain, field_errors
from tracker.web.ui.rendering import page

bp = Blueprint("password_links", __name__)

Owner = tuple[str, Actor]


@bp.after_request
def keep_to_ourselves(response: Response) -> Response:
    """The address is a secret: no page that is gone to from here learns more of it than the host."""
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@bp.get("/link/<token>")
def show(token: str) -> ResponseReturnValue:
    """The form for a new password, or that the link cannot be used."""
    return _form(_owner(token))


@bp.post("/link/<token>")
def use(token: str) -> ResponseReturnValue:
    """Sets the password, and signs in with it."""
    owner = _owner(token)
    try:
        password_hash = passwords.hashed(NewPasswordForm.parse(request.form).password)
    except InvalidError as error:
        return _form(owner, field_errors(error), 422)
    return _used(token, owner, password_hash)


@bp.errorhandler(LinkUnusableError)
def unusable(_error: LinkUnusableError) -> Response:
    """The link cannot be used, not any more, or never could."""
    return page("accounts/no_link.html", status=404)


@bp.errorhandler(TooManyAttemptsError)
def too_many(error: TooManyAttemptsError) -> Response:
    """Somebody guesses links."""
    response = error_page(429, explain(error))
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _owner(token: str) -> Owner:
    """Address and actor of the account that the link is for; asking for one that there is not counts as a guess."""
    with unrecorded() as session:
        booked = sign_ins.attempt_link(session, address(), real_now())
        owner = _owner_or_none(session, token)
        if owner is not None:
            sign_ins.succeed(session, booked)
    if owner is None:
        security_log.note("link_failed")
        raise LinkUnusableError
    return owner


def _owner_or_none(session: Session, token: str) -> Owner | None:
    try:
        user = password_links.owner(session, token, real_now())
    except LinkUnusableError:
        return None
    return user.email, Actor(user.actor_id, fields_of(session, user).name, user.role)


def _used(token: str, owner: Owner, password_hash: str) -> Response:
    browser = this_browser()
    with unrecorded() as session:
        entry = open_entry(session, owner[1], "use_link", installation().clock.now())
        user = password_links.use(session, entry, token, password_hash, now=real_now())
        assert user.id is not None
        end_sign_in(session)
        signed = sign_ins.sign_in_user(session, user.id, places(browser), real_now())
    return signed_in(signed, "/", browser)


def _form(owner: Owner, errors: dict[str, str] | None = None, status: int = 200) -> Response:
    email, actor = owner
    viewer = viewer_or_none()
    other = viewer.name if viewer is not None and viewer.actor.id != actor.id else ""
    return page("accounts/link.html", status=status, email=email, name=actor.name, other=other, errors=errors or {})
