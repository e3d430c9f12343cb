"""Importing workflows, step by step: a file, what its columns are, what each row would do, and what came of it.

The file is kept in the database meanwhile, so that any process can answer the next step.
"""

import json
from dataclasses import replace

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from tracker.commands.imports import files as import_files
from tracker.commands.imports import workflows as workflow_imports
from tracker.commands.imports.plan import Plan
from tracker.commands.imports.results import ImportChangedError
from tracker.commands.imports.workflows import COMMAND
from tracker.commands.workflows.moves import When
from tracker.db.models import ImportFile
from tracker.domain.errors import N_, InvalidError, NotAllowedError, TrackerError
from tracker.domain.imports import choices as choosing
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.progress import Progress
from tracker.domain.imports.reading import read_table
from tracker.domain.imports.table import Table
from tracker.domain.states import State
from tracker.exports import refused_rows
from tracker.queries import imports
from tracker.web.http.context import (
    current_programme,
    current_settings,
    current_viewer,
    now,
    reading_session,
    unrecorded,
    writing,
)
from tracker.web.imports.page import columns_context, preview_context
from tracker.web.imports.progress import progress_of
from tracker.web.imports.words import CAUSE, problem_words
from tracker.web.ui.errors import explain, field_errors, status_of
from tracker.web.ui.formats import usual_dialect
from tracker.web.ui.query import last, whole
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import fresh_key
from tracker.web.ui.translation import gettext
from tracker.web.ui.uploads import MOST_MEGABYTES, keep_file, kept_file, sent_file

bp = Blueprint("workflow_imports", __name__)
_MOST_WORDS = 2_000


@bp.before_request
def require_rights() -> None:
    """Refuses the pages to whoever could import nothing."""
    if not workflow_imports.may_import(current_viewer().actor):
        raise NotAllowedError(N_("Only project leads and planners can import."))


@bp.get("/imports/workflows")
def show() -> ResponseReturnValue:
    """The form for a file, and the imports there have been."""
    return _start({})


@bp.post("/imports/workflows")
def upload() -> ResponseReturnValue:
    """Keeps the file, if it can be read."""
    try:
        name, content = sent_file()
        with progress_of(request.form.get("progress", "")) as progress:
            read_table(content, progress=progress)
    except InvalidError as error:
        return _start(field_errors(error))
    return redirect(url_for(".columns", token=keep_file(name, content)), code=303)


@bp.get("/imports/workflows/<token>/columns")
def columns(token: str) -> ResponseReturnValue:
    """What each column is imported as."""
    file = kept_file(token)
    if file.entry_id is not None:
        return redirect(url_for(".preview", token=token), code=303)
    return _columns(file, Choices.read(file.choices), {})


@bp.post("/imports/workflows/<token>/columns")
def choose_columns(token: str) -> ResponseReturnValue:
    """Keeps what was chosen about the columns, and goes on to the preview."""
    file = kept_file(token)
    before = Choices.read(file.choices)
    try:
        chosen = choosing.checked(before, request.form, _sent_columns())
        if chosen.delimiter != before.delimiter:  # other columns: they are to be looked at first
            chosen = replace(chosen, columns=())
            read_table(file.content, chosen.delimiter)
            _keep(token, chosen)
            return redirect(url_for(".columns", token=token), code=303)
        chosen.settled(read_table(file.content, chosen.delimiter))
    except InvalidError as error:
        return _columns(file, before, field_errors(error))
    _keep(token, chosen)
    return redirect(url_for(".preview", token=token), code=303)


@bp.get("/imports/workflows/<token>")
def preview(token: str) -> ResponseReturnValue:
    """What each row would do; once it is done, what came of it."""
    file = kept_file(token)
    if file.entry_id is not None:
        return _done(file)
    return _preview(file)


@bp.post("/imports/workflows/<token>/choices")
def choose(token: str) -> ResponseReturnValue:
    """Keeps what words of the file mean, and what is consented to."""
    file = kept_file(token)
    if file.entry_id is None:
        chosen = replace(
            Choices.read(file.choices),
            states=_meanings("state", {"", *State}),
            workstreams=_meanings("workstream", None),
        )
        planned = _plan(file, chosen)
        owners = tuple(planned.owners) if request.form.get("accept_owners") else ()
        twins = tuple(planned.twins) if request.form.get("accept_twins") else ()
        _keep(token, replace(chosen, owners=owners, twins=twins))
    return redirect(url_for(".preview", token=token), code=303)


@bp.post("/imports/workflows/<token>/confirm")
def confirm(token: str) -> ResponseReturnValue:
    """Does what the preview said."""
    file = kept_file(token)
    if file.entry_id is not None:
        return redirect(url_for(".preview", token=token), code=303)
    try:
        chosen = Choices.read(file.choices)
        with progress_of(token) as progress:
            table = read_table(file.content, chosen.delimiter, progress)
            _carry_out(token, table, chosen, progress)
    except (InvalidError, ImportChangedError) as error:
        return _preview(file, error)
    return redirect(url_for(".preview", token=token), code=303)


@bp.get("/imports/workflows/<token>/refused.csv")
def refused(token: str) -> ResponseReturnValue:
    """The rows that are refused, each with its cause, to be corrected and imported again."""
    file = kept_file(token)
    content = file.refused if file.entry_id is not None else _refused_file(_plan(file, Choices.read(file.choices)))
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={gettext('refused-rows')}.csv"
    return response


def _keep(token: str, chosen: Choices) -> None:
    with unrecorded() as session:
        import_files.choose(session, current_viewer().user_id, token, chosen)


def _plan(file: ImportFile, chosen: Choices) -> Plan:
    when = When(current_viewer().actor, now(), current_programme().zone, current_settings().backdate_days)
    with progress_of(file.token) as progress:
        table = read_table(file.content, chosen.delimiter, progress)
        return workflow_imports.plan(reading_session(), table, chosen, when, progress)


def _carry_out(token: str, table: Table, chosen: Choices, progress: Progress) -> None:
    with writing(COMMAND) as (session, entry):
        mine = kept_file(token, session)
        if mine.entry_id is not None:
            return
        planned = workflow_imports.carry_out(
            session,
            entry,
            table,
            chosen,
            seen=request.form.get("seen", ""),
            without_refused=bool(request.form.get("without_refused")),
            progress=progress,
        )
        if entry.is_recorded:
            import_files.finish(mine, entry.id, planned.counts, _refused_file(planned))


def _refused_file(planned: Plan) -> bytes:
    return refused_rows.content(planned, cause=gettext(CAUSE), words=problem_words, dialect=usual_dialect())


def _sent_columns() -> list[str]:
    """The field of each column; those that the form does not show are not imported."""
    try:
        count = int(request.form.get("places", ""))
    except ValueError as error:
        raise BadRequest from error
    if not 0 <= count <= _MOST_WORDS:
        raise BadRequest
    return [request.form.get(f"column_{place}", "") for place in range(count)]


def _meanings(name: str, allowed: set[str] | None) -> dict[str, str]:
    words, means = request.form.getlist(f"{name}_word"), request.form.getlist(f"{name}_means")
    if len(words) != len(means) or len(words) > _MOST_WORDS:
        raise BadRequest
    chosen = {word: meaning for word, meaning in zip(words, means, strict=True) if meaning}
    if allowed is not None and not set(chosen.values()) <= allowed:
        raise BadRequest
    return chosen


def _start(errors: dict[str, str]) -> Response:
    viewer = current_viewer()
    latest = imports.latest(reading_session(), None if viewer.actor.is_planner else viewer.actor.id)
    return page(
        "imports/start.html",
        status=422 if errors else 200,
        errors=errors,
        latest=latest,
        undo_key=fresh_key(),
        progress=fresh_key(),
        most_megabytes=MOST_MEGABYTES,
    )


def _columns(file: ImportFile, chosen: Choices, errors: dict[str, str]) -> Response:
    table = read_table(file.content, chosen.delimiter)
    context = columns_context(table, chosen.settled_freely(table), file.content)
    return page("imports/columns.html", status=422 if errors else 200, file=file, errors=errors, **context)


def _preview(file: ImportFile, error: TrackerError | None = None) -> Response:
    try:
        planned = _plan(file, Choices.read(file.choices))
    except InvalidError as problem:  # the columns cannot be used
        return _columns(file, Choices.read(file.choices), field_errors(problem))
    return page(
        "imports/preview.html",
        status=200 if error is None else status_of(error),
        file=file,
        refusal=explain(error) if error is not None else "",
        **preview_context(planned, last("show"), whole(last("from")) or 0),
    )


def _done(file: ImportFile) -> Response:
    return page(
        "imports/done.html",
        file=file,
        counts=json.loads(file.outcome),
        undo_key=fresh_key(),
        is_planner=current_viewer().actor.is_planner,
    )
