"""The browser that asks: what tells it from others, and its sign-in begun and ended."""

import secrets

from flask import Response, make_response, redirect, request
from sqlmodel import Session

from tracker.commands.accounts import sign_ins
from tracker.commands.accounts.sign_ins import token_hash
from tracker.web.http import cookies
from tracker.web.http.addresses import peer
from tracker.web.security import resumed_forms, sessions
from tracker.web.ui.rendering import htmx

BROWSER = "browser"


def this_browser() -> str:
    """What tells this browser from others; it becomes a cookie once somebody has signed in."""
    return request.cookies.get(BROWSER) or secrets.token_urlsafe(24)


def places(browser: str) -> list[str]:
    """What guesses are counted by: the browser, then the address."""
    return [f"browser:{token_hash(browser)}", address()]


def address() -> str:
    """The address alone."""
    return f"address:{peer()}"


def end_sign_in(session: Session) -> None:
    """Ends the sign-in that this browser has, if any."""
    token = sessions.current_token()
    if token is not None:
        sign_ins.sign_out(session, token_hash(token))


def signed_in(token: str, target: str, browser: str) -> Response:
    """Begins the session of a new sign-in, and goes on to the target. Who was signed in here before and comes back
    finishes what they had begun: in the page's dialog the page stays as it is, else the form that was kept is sent.
    """
    user_id, is_back = sessions.begin(token)
    kept = resumed_forms.read(request.form.get("kept", ""))
    if htmx.wants_part:
        response = back_again() if is_back else Response(status=204, headers={"HX-Refresh": "true"})
    elif kept is not None and kept.user_id == user_id:
        response = resumed_forms.finish(kept)
    else:
        response = make_response(redirect(target, code=303))
    cookies.keep(response, BROWSER, browser)
    return response


def back_again() -> Response:
    """For the page's dialog: nothing to draw, the page may go on where it was."""
    return Response(status=204, headers={"HX-Trigger": "tracker:signed-in"})
