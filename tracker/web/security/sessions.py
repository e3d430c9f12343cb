"""Who is signed in: the cookie holds a random token and when it was last used, the database the rest."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from flask import Flask, Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user
from werkzeug.exceptions import Unauthorized

from tracker import security_log
from tracker.clock import real_now
from tracker.commands.accounts.sign_ins import LONGEST, token_hash
from tracker.queries.accounts import viewer as viewers
from tracker.web.http.addresses import safe_path
from tracker.web.http.context import reading_session, set_viewer, viewer_or_none
from tracker.web.security import resumed_forms
from tracker.web.security.session_cookies import SessionCookies, is_within
from tracker.web.ui.rendering import htmx

IDLE = timedelta(hours=8)
_NOTED_EVERY = timedelta(minutes=1)
ACTIVE_AT = "active_at"

_WAS = "was"  # whose sign-in has ended in this browser
_FORMS_TOKEN = "csrf_token"  # noqa: S105 - the name under which flask-wtf keeps it

# Everything else is for people who are signed in.
OPEN_TO_ALL = frozenset(
    {"sign_in.show", "sign_in.enter", "sign_in.demo", "language.choose"}
    | {"password_links.show", "password_links.use", "statement.show"}
)
NEEDS_NO_DATABASE = frozenset({"assets.static", "assets.favicon", "health.process", "health.database"})
KNOWS_NOBODY = NEEDS_NO_DATABASE | {"calendar_feed.show", "security_contact.show"}
# Asked by the page, not by the person: neither counts as activity nor writes anything.
POLLS = frozenset({"board.changes", "planning.changes", "review.changes", "import_progress.show"})
# Programs fetch these: the page to sign in, with 200 after a redirect, would be taken for the file.
FILES = (".csv", ".ics", ".json", ".md", ".xlsx", ".zip")


class SignedIn(UserMixin):  # type: ignore[misc]
    """What flask-login keeps: the token of the sign-in."""

    def __init__(self, token: str) -> None:
        self.id = token


def install(app: Flask) -> None:
    """Looks up who is signed in, and turns the others away."""
    manager = LoginManager(app, add_context_processor=False)
    manager.session_protection = None  # its fingerprint of address and browser signs people out on the train
    manager.user_loader(_find)
    app.session_interface = SessionCookies()
    app.before_request(_require_sign_in)
    app.after_request(_note_exports)


def begin(token: str) -> tuple[int | None, bool]:
    """A new session for a new sign-in; gives whose it is, and whether it is theirs whose sign-in had ended here.
    Nothing of the old session is kept, but for the forms' token when the same person is back: pages that are still
    open can then be finished.
    """
    user_id = viewers.user_id(reading_session(), token_hash(token))
    is_back = user_id is not None and session.get(_WAS) == user_id
    forms = session.get(_FORMS_TOKEN) if is_back else None
    session.clear()
    if forms is not None:
        session[_FORMS_TOKEN] = forms
    session.permanent = True
    session[ACTIVE_AT] = int(real_now().timestamp())
    login_user(SignedIn(token))
    return user_id, is_back


def end() -> None:
    """Forgets who was signed in."""
    session.clear()


def current_token() -> str | None:
    """The token of this browser's sign-in, dead or alive."""
    token = session.get("_user_id")
    return token if isinstance(token, str) else None


def _find(token: str) -> SignedIn | None:
    moment = real_now()
    if not is_within(moment - _active_at(), IDLE):
        return None
    viewer = viewers.viewer(reading_session(), token_hash(token))
    if viewer is None or not is_within(moment - viewer.signed_in_at, LONGEST):
        return None
    set_viewer(viewer, token_hash(token))
    return SignedIn(token)


def _require_sign_in() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint in KNOWS_NOBODY:
        return None
    is_poll = request.endpoint in POLLS
    if current_user.is_authenticated:
        if not is_poll and abs(real_now() - _active_at()) > _NOTED_EVERY:
            session[ACTIVE_AT] = int(real_now().timestamp())
        return None
    if current_token() is not None and not is_poll:
        _forget()
    return None if request.endpoint in OPEN_TO_ALL else _turned_away(is_poll=is_poll)


def _turned_away(*, is_poll: bool) -> ResponseReturnValue:
    if is_poll:
        return Response(status=401, headers={"HX-Reswap": "none"})  # what is on the screen stays
    if request.method == "POST" and _WAS in session and not request.files:
        return _asked_to_come_back()
    if htmx:
        back = safe_path(htmx.here._replace(scheme="", netloc="", fragment="").geturl())
        return Response(status=401, headers={"HX-Redirect": url_for("sign_in.show", next=back)})
    if request.path.endswith(FILES):
        raise Unauthorized
    back = safe_path(request.full_path.rstrip("?")) if request.method in {"GET", "HEAD"} else "/"
    return redirect(url_for("sign_in.show", next=None if back == "/" else back), code=303)


def _note_exports(response: Response) -> Response:
    """Who took which kind of file away goes into the security log."""
    viewer = viewer_or_none()
    if viewer is not None and request.path.endswith(FILES) and response.status_code == HTTPStatus.OK:
        security_log.note("export", account=viewer.user_id, route=str(request.url_rule))
    return response


def _forget() -> None:
    """Ends the session of a sign-in that has ended. Whose it was stays, so that they can finish what they began."""
    token, forms = current_token(), session.get(_FORMS_TOKEN)
    was = viewers.user_id(reading_session(), token_hash(token)) if token is not None else None
    session.clear()
    if was is not None:
        session[_WAS] = was
        if forms is not None:
            session[_FORMS_TOKEN] = forms


def _asked_to_come_back() -> Response:
    """The sign-in form: in the page's dialog, or on a page of its own with what was being sent kept in it."""
    if htmx:
        html = render_template("accounts/again.html", form={"email": ""}, errors={})
        return Response(html, status=401, headers={"HX-Retarget": "#sheet", "HX-Reswap": "innerHTML"})
    form = {"email": "", "next": "", "kept": resumed_forms.of_this_request(session[_WAS])}
    return Response(render_template("accounts/sign_in.html", form=form, errors={}), status=401)


def _active_at() -> datetime:
    stamp = session.get(ACTIVE_AT)
    return datetime.fromtimestamp(stamp if isinstance(stamp, int) else 0, UTC)
