"""Why the database's file cannot be worked with: cause and remedy, in words that name no place."""

import errno
import os
import shutil
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from tracker.domain.errors import N_, DatabaseError

MOVED = N_(
    "The database's file is not where it was: it has been moved away or removed. Nothing was saved. Put it back under"
    " its name, and it goes on by itself."
)
REPLACED = N_(
    "Another file stands where the database was. Nothing was saved. Put the right one back, and it goes on by itself;"
    " or restart Tracker to work with the one that is there now."
)
LOG_GONE = N_(
    "The log beside the database has been removed or replaced while Tracker was running. This was not saved. Restart"
    " Tracker, and send it again."
)
UNCERTAIN = N_(
    "The database's file or its log was moved or replaced while this was being saved. It may be lost: put the file"
    " back or restart Tracker, and send it again. It is done only once."
)
DISK_FULL = N_(
    "The disk that holds the database is full. Nothing was saved. Free some space, and it goes on by itself."
)
READ_ONLY = N_(
    "The database cannot be written: its disk, folder or file has been made read-only. Nothing was saved. Make it"
    " writable again, and it goes on by itself."
)
DISK_FAILS = N_(
    "The disk that holds the database reports errors. It is not certain that this was saved: send it again once the"
    " disk is in order, and it is done only once."
)
DAMAGED = N_("The database is damaged. Stop Tracker and restore a copy of it.")
UNREACHABLE = N_("The database's file cannot be opened. Put it back, or make it readable again.")

# By the beginning of SQLite's names of its errors.
_CAUSES = {
    "SQLITE_FULL": DISK_FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_IOERR": DISK_FAILS,
    "SQLITE_CANTOPEN": UNREACHABLE,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
}
_NUMBERS = {
    DISK_FULL: {errno.ENOSPC, errno.EDQUOT, errno.EFBIG},
    READ_ONLY: {errno.EROFS, errno.EACCES, errno.EPERM},
    MOVED: {errno.ENOENT, errno.ENOTDIR, errno.ESTALE},
}
LEAST_SPACE = 256 * 1024  # bytes free on the disk, with less of which it counts as full


def of_database(error: DBAPIError, path: Path) -> DatabaseError | None:
    """What SQLite could not do with its file; none where it is a fault of ours or it had to wait for too long."""
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    message = next((text for kind, text in _CAUSES.items() if name.startswith(kind)), None)
    if message is None:
        return None
    return DatabaseError((_of_disk(path) or message) if message is DISK_FAILS else message)


def of_system(error: OSError) -> DatabaseError:
    """What the operating system would not do with the files beside the database."""
    return DatabaseError(next((text for text, numbers in _NUMBERS.items() if error.errno in numbers), DISK_FAILS))


def _of_disk(path: Path) -> str:
    """SQLite calls most of it an I/O error; the disk tells some of it better."""
    try:
        if is_read_only(path):
            return READ_ONLY
        return DISK_FULL if shutil.disk_usage(path).free < LEAST_SPACE else ""
    except OSError:
        return ""


def is_read_only(path: Path) -> bool:
    """Whether its file system, or file or folder by their modes, can only be read. Raises OSError when it is gone."""
    if hasattr(os, "statvfs") and os.statvfs(path).f_flag & os.ST_RDONLY:
        return True
    return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
