"""gettext with types: flask-babel has none."""

import flask_babel


def gettext(message: str, /, **values: object) -> str:
    """The message in the request's language, with its values."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """Singular or plural by `num`, which the message may name."""
    return str(flask_babel.ngettext(singular, plural, num, **values))
