"""A whole programme from a zip of programme files: its counts first, and then all of it or nothing."""

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.commands.entry.entries import open_entry
from tracker.commands.imports import files as import_files
from tracker.commands.programme import seed
from tracker.domain.errors import N_, ConflictError, InvalidError, NotAllowedError, TrackerError
from tracker.domain.files.csv_text import PlaceError
from tracker.domain.people import Actor
from tracker.domain.programme.rows import Programme
from tracker.domain.programme.zipped import unpacked
from tracker.web.exports.page import TITLES
from tracker.web.http.context import current_programme, current_viewer, reading_session, writing
from tracker.web.ui.errors import explain, status_of
from tracker.web.ui.rendering import page
from tracker.web.ui.submit import see_other
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.ui.uploads import MOST_MEGABYTES, keep_file, kept_file, sent_file

bp = Blueprint("setup_files", __name__, url_prefix="/setup/files")


@bp.before_request
def require_planner() -> None:
    """Refuses the pages to whoever may not set up."""
    _require_planner(current_viewer().actor)


@bp.get("")
def show() -> ResponseReturnValue:
    """The form for a zip; where there is a history, that there is."""
    try:
        seed.require_no_history(reading_session())
    except ConflictError as error:
        return _start(error, status=200)
    return _start()


@bp.post("")
def upload() -> ResponseReturnValue:
    """Keeps the zip, if all in it can be read and stands beside what is there."""
    try:
        seed.require_no_history(reading_session())
        name, content = sent_file()
        seed.already_there(reading_session(), _read(content))
    except (InvalidError, ConflictError) as error:
        return _start(error)
    return redirect(url_for(".preview", token=keep_file(name, content)), code=303)


@bp.get("/<token>")
def preview(token: str) -> ResponseReturnValue:
    """What would be loaded, file by file."""
    file = kept_file(token)
    if file.entry_id is not None:
        return redirect(url_for("home.show"))
    try:
        programme = _read(file.content)
        there = seed.already_there(reading_session(), programme)
    except (InvalidError, ConflictError) as error:
        return _start(error)
    rows = [
        (f"{name}.csv", gettext(title), len(getattr(programme, name)), len(there.get(name, ())))
        for name, title in TITLES.items()
        if hasattr(programme, name)
    ]
    return page("setup/files_preview.html", file=file, rows=rows)


@bp.post("/<token>")
def load(token: str) -> ResponseReturnValue:
    """Loads all that the preview counted; sent twice, done once."""
    file = kept_file(token)
    try:
        count = _load(token, _read(file.content)) if file.entry_id is None else 0
    except (InvalidError, ConflictError) as error:
        return _start(error)
    said = ngettext(
        "%(num)s workflow loaded, with its history.", "%(num)s workflows loaded, with their history.", count
    )
    return see_other(url_for("home.show"), said if count else "")


def _load(token: str, programme: Programme) -> int:
    with writing("load_files") as (session, entry):
        _require_planner(entry.actor)
        mine = kept_file(token, session)
        if mine.entry_id is None:
            seed.load(session, programme, time_zone=current_programme().time_zone)
            loaded = open_entry(session, entry.actor, entry.command, entry.recorded_at)  # after all that it brought
            loaded.record()
            import_files.finish(mine, loaded.id, {}, b"")
    return len(programme.workflows)


def _require_planner(actor: Actor) -> None:
    if not actor.is_planner:
        raise NotAllowedError(N_("Only planners and administrators set an installation up."))


def _read(content: bytes) -> Programme:
    return seed.read_files(unpacked(content))


def _start(error: TrackerError | None = None, status: int | None = None) -> Response:
    return page(
        "setup/files.html",
        status=status or (200 if error is None else status_of(error)),
        errors={} if error is None else {"file": _said(error)},
        is_open=not isinstance(error, ConflictError),
        most_megabytes=MOST_MEGABYTES,
    )


def _said(error: TrackerError) -> str:
    """The message, after the place in the files where there is one."""
    said = explain(error)
    if not isinstance(error, PlaceError):
        return said
    place = error.place
    parts = [place.file]
    parts += [gettext("line %(line)s", line=place.line)] if place.line is not None else []
    parts += [gettext("column %(column)s", column=place.column)] if place.column else []
    value = f" “{place.shown}”" if place.value is not None else ""
    return f"{', '.join(parts)}{value}: {said}"
