"""Whether the process lives, and whether it can do its work."""

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlowError

from flask import Blueprint, Response
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from tracker.db import migrations
from tracker.db.engine import database_file
from tracker.domain.errors import TrackerError
from tracker.web.http.context import current_engine

bp = Blueprint("health", __name__)

PATIENCE_S = 1.5
LEAST_SPACE = 256 * 1024
_checks = ThreadPoolExecutor(max_workers=2, thread_name_prefix="readyz")


@bp.get("/healthz")
def process() -> Response:
    """The process answers."""
    return _plain(200, "ok")


@bp.get("/readyz")
def database() -> Response:
    """The database answers too, and can grow."""
    check: Future[bool] = _checks.submit(_is_usable, current_engine())
    try:
        is_ready = check.result(timeout=PATIENCE_S)
    except TooSlowError:
        check.cancel()
        is_ready = False
    return _plain(200, "ready") if is_ready else _plain(503, "not ready")


def _is_usable(engine: Engine) -> bool:
    try:
        migrations.require_file(engine)
        file = database_file(engine)
        if file is not None and shutil.disk_usage(file.parent).free < LEAST_SPACE:
            return False
        with engine.connect() as connection:
            connection.execute(text("SELECT revision FROM programme"))
    except (SQLAlchemyError, TrackerError, OSError):
        return False
    return True


def _plain(status: int, word: str) -> Response:
    return Response(f"{word}\n", status=status, mimetype="text/plain")
