"""A form that arrived when its writer's sign-in had ended: kept in the sign-in form itself, signed, until they are
back. Nothing is stored, and nobody else can finish it.
"""

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, current_app, make_response, render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer

_KEPT_FOR = timedelta(hours=8)
_NOT_KEPT = {"csrf_token"}


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Whose it is, where it was sent to, and what was in it."""

    user_id: int
    path: str
    fields: tuple[tuple[str, str], ...]


def of_this_request(user_id: int) -> str:
    """The request's form as text for a field of the sign-in form."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]
    return str(_serializer().dumps([user_id, request.full_path.rstrip("?"), fields]))


def read(text: str) -> KeptForm | None:
    """The form that was kept so; none for anything else, or when it has lain too long."""
    if not text:
        return None
    try:
        user_id, path, fields = _serializer().loads(text, max_age=int(_KEPT_FOR.total_seconds()))
    except BadData:
        return None
    return KeptForm(user_id, path, tuple((name, value) for name, value in fields))


def finish(form: KeptForm) -> Response:
    """The page that sends the form anew, with a token of the new sign-in: by itself with script, else by a button."""
    return make_response(render_template("accounts/finish.html", kept=form))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="kept-form")
