"""Swedish and English: the account's choice, else the browser's earlier one, else what the browser asks for."""

from flask import Blueprint, Flask, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel

from tracker.commands.accounts import account as accounts
from tracker.commands.accounts.account import LANGUAGES
from tracker.config import TRANSLATIONS
from tracker.domain.errors import N_, InvalidError
from tracker.web.http import cookies
from tracker.web.http.addresses import safe_path
from tracker.web.http.context import unrecorded, viewer_or_none

bp = Blueprint("language", __name__)

COOKIE = "language"
# With a territory: a bare `sv` numbers weeks the American way, and `en_SE` writes dates and numbers as in Sweden.
LOCALES = {"sv": "sv_SE", "en": "en_SE"}


def install(app: Flask) -> None:
    """Sets up translations and the choice of language."""
    app.config.update(BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS), BABEL_DEFAULT_LOCALE="en_SE")
    Babel(app, locale_selector=_locale)
    app.register_blueprint(bp)


@bp.post("/language")
def choose() -> ResponseReturnValue:
    """Remembers the language, on the account too when somebody is signed in."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise InvalidError(N_("Choose Swedish or English."), field="language")
    viewer = viewer_or_none()
    if viewer is not None:
        with unrecorded() as session:
            accounts.choose_language(session, viewer.user_id, language)
    response = redirect(safe_path(request.form.get("next", "")), code=303)
    cookies.keep(response, COOKIE, language)
    return response


def _locale() -> str:
    viewer = viewer_or_none()
    language = (viewer and viewer.language) or request.cookies.get(COOKIE)
    if language not in LOCALES:
        language = _asked_for()
    return LOCALES[language]


def _asked_for() -> str:
    """The first of the browser's languages that is ours, whatever its territory."""
    for tag, _quality in request.accept_languages:
        language = tag.partition("-")[0].lower()
        if language in LOCALES and request.accept_languages.quality(tag):
            return language
    return LANGUAGES[0]
