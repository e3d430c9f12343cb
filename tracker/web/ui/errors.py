"""What went wrong, as a status and a page that needs no database."""

from http import HTTPStatus

import psycopg
from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError

from tracker.db import postgres, refusals, sqlite_file
from tracker.domain.errors import (
    N_,
    AwayError,
    BusyError,
    ConflictError,
    DatabaseError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    TrackerError,
    UncertainError,
)
from tracker.web.http.context import current_engine
from tracker.web.ui.formats import shown
from tracker.web.ui.forms import FormError
from tracker.web.ui.rendering import htmx
from tracker.web.ui.translation import gettext

STATUS: dict[type[TrackerError], int] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    InvalidError: 422,
    ConflictError: 409,
    BusyError: 503,
    DatabaseError: 503,
    AwayError: 503,
}
RETRY_AFTER_S = 5
MENDED_AFTER_S = 20  # where somebody has to see to the database

NOT_SAVED = N_("Nothing can be saved right now")
UNCERTAIN = N_("It is not certain that this was saved")
# What happened, and what to do about it.
WORDS: dict[int, tuple[str, str]] = {
    400: (N_("The request could not be understood"), N_("Check the address, or go back and try again.")),
    401: (N_("You are signed out"), N_("Sign in again; what you had saved is kept.")),
    403: (N_("That is not allowed"), N_("Your role does not cover this. Ask the programme office.")),
    404: (N_("There is nothing here"), N_("The address may be wrong, or old.")),
    405: (N_("That cannot be done here"), N_("Go back and use the buttons of the page.")),
    409: (N_("It has changed in the meantime"), N_("Open the page anew and see how it stands.")),
    413: (N_("That is too much at once"), N_("Send less text, or a smaller file.")),
    422: (N_("Something needs another look"), N_("Go back and change it.")),
    429: (N_("Too many attempts"), N_("Wait a minute and try again.")),
    500: (N_("Something went wrong here"), N_("It is not your fault and nothing was changed. Try again in a while.")),
    503: (N_("Tracker cannot be reached right now"), N_("Nothing was changed. Try again in a moment.")),
}


def explain(error: TrackerError) -> str:
    """The message in the request's language, its values as people read them."""
    return gettext(error.message) % {name: shown(value) for name, value in error.values.items()}


def field_errors(error: TrackerError, otherwise: str = "form") -> dict[str, str]:
    """What to say at which field; what is of no field stands at the form, or whatever is named."""
    if isinstance(error, FormError):
        return {field: gettext(message) for field, message in error.errors.items()}
    return {error.field or otherwise: explain(error)}


def status_of(error: TrackerError) -> int:
    """The status that the kind of error has."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def install(app: Flask) -> None:
    """Answers every error with a page."""
    app.register_error_handler(TrackerError, _refused)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(psycopg.Error, _database_failed)  # of what the driver is asked past SQLAlchemy
    app.register_error_handler(PoolTimeoutError, _all_waiting)
    app.register_error_handler(CSRFError, _csrf_failed)
    app.register_error_handler(HTTPException, _http_error)


def error_page(status: int, message: str = "", title: str = "", again: list[tuple[str, str]] | None = None) -> Response:
    """The page of an error: what happened, what to do; and a form to send anew, where one is given."""
    named, advice = WORDS.get(status) or WORDS[500 if status >= 500 else 400]  # noqa: PLR2004
    html = render_template(
        "errors/error.html",
        code=status,
        title=gettext(title or named),
        text=message or gettext(advice),
        again=again or [],
        action=("/", gettext("To the first page")),
        request_id=g.get("request_id", ""),
    )
    response = make_response(html, status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def unavailable(error: TrackerError | None = None) -> Response:
    """503: why, and what was sent kept, so that it can be sent again; to htmx the message alone. Asks no database."""
    is_write = request.method == "POST"
    message = explain(error) if error is not None else ""
    if is_write and htmx.wants_part:
        text = message or gettext(WORDS[503][1])
        response = make_response(render_template("errors/_unavailable.html", text=text), 503)
        response.headers["HX-Retarget"] = "#toasts"
    else:
        response = error_page(503, message, _title(error) if is_write else "", _sent() if is_write else None)
    response.headers["Retry-After"] = str(MENDED_AFTER_S if isinstance(error, DatabaseError) else RETRY_AFTER_S)
    return response


def _title(error: TrackerError | None) -> str:
    if isinstance(error, UncertainError):
        return UNCERTAIN
    return NOT_SAVED if isinstance(error, DatabaseError | AwayError) else ""


def _sent() -> list[tuple[str, str]]:
    """The fields of the request's form, where a key lets it be done only once however often it is sent."""
    return list(request.form.items(multi=True)) if request.form.get("key") and not request.files else []


def _refused(error: TrackerError) -> Response:
    status = status_of(error)
    return unavailable(error) if status == HTTPStatus.SERVICE_UNAVAILABLE else error_page(status, explain(error))


def _database_failed(error: DBAPIError | psycopg.Error) -> Response:
    """A database that does not answer is no fault of the code; what it refuses is."""
    if isinstance(error, IntegrityError):
        raise InternalServerError(original_exception=error) from error
    file = sqlite_file.of(current_engine())
    if file is None:
        return unavailable(postgres.refusal(error))
    return unavailable(refusals.of_database(error, file.path) if isinstance(error, DBAPIError) else None)


def _all_waiting(_error: PoolTimeoutError) -> Response:
    """Each connection is somebody else's."""
    is_served = sqlite_file.of(current_engine()) is None
    return unavailable(AwayError(postgres.SILENT) if is_served else None)


def _csrf_failed(_error: CSRFError) -> Response:
    return error_page(403, gettext("This page is too old to save from. Open it anew and try again."))


def _http_error(error: HTTPException) -> Response:
    response = error_page(error.code or 500)
    for name, value in error.get_headers(request.environ):
        if name in {"Allow", "Retry-After", "Location"}:
            response.headers[name] = value
    return response
