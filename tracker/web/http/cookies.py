"""Cookies that outlive a sign-in."""

from flask import current_app
from werkzeug.wrappers import Response

_KEPT_FOR_S = 365 * 24 * 3600


def keep(response: Response, name: str, value: str) -> None:
    """Sets a long-lived cookie that scripts do not see."""
    response.set_cookie(
        name,
        value,
        max_age=_KEPT_FOR_S,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
