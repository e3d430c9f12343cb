"""Files that are sent, and kept in the database until what their preview shows is confirmed."""

from flask import request
from sqlmodel import Session

from tracker.clock import real_now
from tracker.commands.imports import files
from tracker.db.models import ImportFile
from tracker.domain.errors import N_, FileError
from tracker.domain.imports.reading import LARGEST_FILE
from tracker.web.http.context import current_viewer, reading_session, unrecorded

MOST_MEGABYTES = LARGEST_FILE // 1_000_000


def sent_file() -> tuple[str, bytes]:
    """Name and content of the request's file. Raises FileError without one, or for one that is too large."""
    file = request.files.get("file")
    content = file.read() if file is not None else b""
    if file is None or not file.filename:
        raise FileError(N_("Choose a file."))
    if len(content) > LARGEST_FILE:
        raise FileError(N_("At most %(size)s MB at a time."), size=MOST_MEGABYTES)
    return file.filename, content


def file_beside(pasted: str) -> tuple[str, bytes]:
    """Name and content of the request's file, empty without one. Raises FileError where rows were pasted too: one of
    them would be dropped.
    """
    file = request.files.get("file")
    content = file.read() if file is not None else b""
    if content and pasted.strip():
        raise FileError(N_("Choose a file or paste the rows, not both."))
    return (file.filename or "" if file is not None else ""), content


def keep_file(name: str, content: bytes, table: str = "") -> str:
    """Keeps the viewer's file, and gives its token; `table` says what a pasted one holds."""
    with unrecorded() as session:
        return files.keep(session, current_viewer().user_id, name, content, now=real_now(), table=table)


def kept_file(token: str, session: Session | None = None, *, table: str = "") -> ImportFile:
    """The viewer's file, as the session sees it or the request reads it. Raises NotFoundError."""
    return files.the_file(session or reading_session(), current_viewer().user_id, token, table=table)
