"""Whether the process lives, and whether it can do its work."""

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlowError

from flask import Blueprint, Response
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from tracker.db import refusals, sqlite_file
from tracker.db.engine import require_answering, transaction
from tracker.db.sqlite_file import SqliteFile
from tracker.domain.errors import AwayError, BusyError, TrackerError
from tracker.web.http.context import current_engine

bp = Blueprint("health", __name__)

PATIENCE_S = 1.5
LEAST_SPACE = refusals.LEAST_SPACE
_checks = ThreadPoolExecutor(max_workers=2, thread_name_prefix="readyz")


@bp.get("/healthz")
def process() -> Response:
    """The process answers."""
    return _plain(200, "ok")


@bp.get("/readyz")
def database() -> Response:
    """The database answers too, and can grow."""
    engine = current_engine()
    return _plain(200, "ready") if _is_answering(engine) and _is_usable_in_time(engine) else not_ready()


def not_ready() -> Response:
    """It does not."""
    return _plain(503, "not ready")


def _is_answering(engine: Engine) -> bool:
    """Asked first: while all wait for PostgreSQL, no other thread may."""
    try:
        require_answering(engine)
    except AwayError:
        return False
    return True


def _is_usable_in_time(engine: Engine) -> bool:
    check: Future[bool] = _checks.submit(_is_usable, engine)
    try:
        return check.result(timeout=PATIENCE_S)
    except TooSlowError:
        check.cancel()
        return False


def _is_usable(engine: Engine) -> bool:
    try:
        file = sqlite_file.of(engine)
        if file is not None and not _can_be_written(engine, file):
            return False
        with engine.connect() as connection:
            connection.execute(text("SELECT revision FROM programme"))
    except (SQLAlchemyError, TrackerError, OSError):
        return False
    return True


def _can_be_written(engine: Engine, file: SqliteFile) -> bool:
    file.require_database()
    file.require_same()
    if refusals.is_read_only(file.path) or shutil.disk_usage(file.path).free < LEAST_SPACE:
        return False
    return file.refusal is None or _is_written_again(engine)


def _is_written_again(engine: Engine) -> bool:
    """After a refusal only a write proves that the cause is gone: of the file's head, as it is. (SQLite leaves out an
    UPDATE that changes nothing.)
    """
    try:
        with transaction(engine) as session:
            version = session.execute(text("PRAGMA user_version")).scalar_one()
            session.execute(text(f"PRAGMA user_version = {int(version)}"))
    except BusyError:
        return False
    return True


def _plain(status: int, word: str) -> Response:
    return Response(f"{word}\n", status=status, mimetype="text/plain")
