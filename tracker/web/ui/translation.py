"""gettext with types, which flask-babel has none of, and the language looked up once per request, not per word."""

from typing import Any

import flask_babel
from flask import Flask, g


def install(app: Flask) -> None:
    """Gives templates the same; after flask-babel, which brings its own."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: _translations().ugettext(message),
        lambda singular, plural, num: _translations().ungettext(singular, plural, num),
        newstyle=True,
    )


def gettext(message: str, /, **values: object) -> str:
    """The message in the request's language, with its values."""
    text = str(_translations().ugettext(message))
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """Singular or plural by `num`, which the message may name."""
    return str(_translations().ungettext(singular, plural, num)) % {"num": num, **values}


def _translations() -> Any:  # noqa: ANN401 - flask-babel's own, without types
    found = g.get("translations")
    if found is None:
        found = g.translations = flask_babel.get_translations()
    return found
