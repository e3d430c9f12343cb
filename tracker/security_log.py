"""What somebody wants to know after an attack: who signed in, failed to, got which rights, and took files away. Numbers
and words of ours, never names, addresses or texts: it may be kept for long, and sent elsewhere.

`account` is the account's number in its page's address, `by` the number under which the history knows who acted.
"""

import logging
import os
from collections.abc import Callable
from functools import partial
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import IO, Any

from pythonjsonlogger.json import JsonFormatter
from sqlalchemy import event
from sqlmodel import Session

from tracker.config import SettingsError, variable
from tracker.domain.errors import N_

log = logging.getLogger("tracker.security")
log.setLevel(logging.INFO)  # whatever the level of the others
FORMAT = "%(levelname)s %(name)s %(message)s"
NAMES = {"levelname": "level", "name": "logger"}


def note(what: str, **numbers: int | str | None) -> None:
    """One line, now."""
    log.info(what, extra=numbers)


def note_once_kept(session: Session, what: str, **numbers: int | str | None) -> None:
    """One line when the transaction has been committed; none when it is not."""
    said: Callable[[Session], None] = partial(_said, what, numbers)
    event.listen(session, "after_commit", said, once=True)


def set_up(file: Path | None) -> None:
    """Sends the lines to a file of its own (mode 0600, opened anew when it has been rotated away), else where all lines
    go. Raises SettingsError when it cannot be written.
    """
    for old in list(log.handlers):
        log.removeHandler(old)
        old.close()
    log.propagate = file is None
    if file is None:
        return
    try:
        handler = _OwnersFile(file, encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            N_("%(name)s: %(file)s cannot be written: %(problem)s."),
            name=variable("security_log"),
            file=str(file),
            problem=error.strerror,
        ) from error
    handler.setFormatter(JsonFormatter(FORMAT, rename_fields=NAMES, timestamp="time"))
    log.addHandler(handler)


def _said(what: str, numbers: dict[str, int | str | None], _session: Session) -> None:
    note(what, **numbers)


class _OwnersFile(WatchedFileHandler):
    def _open(self) -> IO[Any]:  # type: ignore[override]
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_owners_alone)


def _owners_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
