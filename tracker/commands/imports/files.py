"""Files under import: kept in the database from the upload to the confirmation, for any process to go on with."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Session, col

from tracker.db.models import ImportFile
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.imports.choices import Choices

KEPT_FOR = timedelta(days=1)
_LONGEST_NAME = 100
_TABLE = "table:"  # before what a pasted table holds; what is chosen for a file of workflows is JSON


def keep(session: Session, user_id: int, name: str, content: bytes, *, now: datetime, table: str = "") -> str:
    """Keeps a file and gives its token. Whatever the same person had not finished goes, and what is too old.

    `now` is real time; `table` says what a pasted one holds, where it is not workflows.
    """
    unfinished = (col(ImportFile.user_id) == user_id, col(ImportFile.entry_id).is_(None))
    session.execute(delete(ImportFile).where(*unfinished))
    session.execute(delete(ImportFile).where(col(ImportFile.uploaded_at) < now - KEPT_FOR))
    token = secrets.token_urlsafe(16)
    shown = "".join(letter for letter in name if letter.isprintable())[-_LONGEST_NAME:]
    choices = _TABLE + table if table else ""
    file = ImportFile(token=token, user_id=user_id, name=shown, content=content, choices=choices, uploaded_at=now)
    session.add(file)
    return token


def the_file(session: Session, user_id: int, token: str, *, table: str = "") -> ImportFile:
    """The file of workflows, or of the table; NotFoundError for another's, or one that is gone."""
    mine = (col(ImportFile.token) == token, col(ImportFile.user_id) == user_id)
    found = session.scalars(select(ImportFile).where(*mine)).one_or_none()
    if found is None or found.choices.startswith(_TABLE + table) != bool(table):
        raise NotFoundError(N_("This import is gone: files are kept for a day, and one at a time. Upload it again."))
    return found


def choose(session: Session, user_id: int, token: str, choices: Choices) -> None:
    """Keeps what was chosen for the file. What is done stays as it was done."""
    file = the_file(session, user_id, token)
    if file.entry_id is None:
        file.choices = choices.text()


def finish(file: ImportFile, entry_id: int, counts: Mapping[str, int], refused: bytes) -> None:
    """Notes what came of it, with the rows that were left out; the file itself goes."""
    file.entry_id, file.outcome, file.refused, file.content = entry_id, json.dumps(dict(counts)), refused, b""
