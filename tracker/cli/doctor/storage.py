"""What the doctor looks at in the database and its files."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from tracker.cli.doctor.lines import MEGABYTE, Line, Patient, fault, graded, ok, size, warning
from tracker.db import migrations as schemas
from tracker.db import sqlite_file
from tracker.db.backups import records
from tracker.domain.errors import AwayError, DatabaseError

_LOG_WARNING, _LOG_FAULT = 16 * MEGABYTE, 256 * MEGABYTE  # checkpoints are due at 4 MB
_DISK_WARNING, _DISK_FAULT = 1024 * MEGABYTE, 64 * MEGABYTE
_MOST_OF_THE_LIMIT = 0.8
_MOST_NAMED = 5
_LIMIT = (
    "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    " - coalesce(current_setting('reserved_connections', true), '0')::int"
)
_SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE usename IS NOT NULL"


def database(patient: Patient) -> Iterator[Line]:
    """The database is there, sound and of a schema."""
    where = str(patient.file) if patient.file is not None else patient.engine.url.render_as_string()
    try:
        schemas.require_file(patient.engine)
        if schemas.current(patient.engine) is None:
            yield fault("database", f"{where} is empty.", "Set it up with: tracker db upgrade")
            return
        schemas.require_sound(patient.engine)
    except AwayError as error:
        yield fault("database", str(error), "See that the server runs and TRACKER_DATABASE_URL names it.")
        return
    except DatabaseError as error:
        yield fault("database", f"{error}.", "A backup comes back with: tracker restore FILE")
        return
    yield ok("database", f"{where} can be read.")


def migrations(patient: Patient) -> Iterator[Line]:
    """The schema is this version's."""
    revision = schemas.current(patient.engine)
    schemas.refuse_newer(revision)
    if revision != schemas.head():
        yield fault("migrations", f"The schema is at {revision}, not {schemas.head()}.", "Run: tracker db upgrade")
        return
    differences = schemas.differences(patient.engine)
    if differences:
        remedy = "See them with: tracker db check. Restore a backup if nobody changed the schema on purpose."
        yield fault("migrations", f"The schema differs from this version's in {len(differences)} places.", remedy)
        return
    yield ok("migrations", f"The schema is at {revision}, this version's newest.")


def connections(patient: Patient) -> Iterator[Line]:
    """PostgreSQL lets as many in as all processes may ask for."""
    if patient.file is not None:
        return
    with patient.engine.connect() as connection:
        limit, now = (int(connection.execute(text(each)).scalar_one()) for each in (_LIMIT, _SESSIONS))
    of_each = patient.settings.database_pool
    wanted = patient.processes * of_each
    said = f"{patient.processes} × {of_each} connections of {limit} that PostgreSQL allows, {now} now."
    remedy = "Raise max_connections of PostgreSQL, or serve with fewer processes or a smaller TRACKER_DATABASE_POOL."
    is_near = max(wanted, now) > _MOST_OF_THE_LIMIT * limit
    yield graded("connections", said, remedy, is_fault=wanted > limit, is_warning=is_near)


def sqlite(patient: Patient) -> Iterator[Line]:
    """Whether a checkpoint of this SQLite may lose rows, which ours are kept from."""
    if patient.file is None:
        return
    version = sqlite3.sqlite_version
    if sqlite_file.has_reset_race():
        said = f"SQLite {version} can lose rows at a checkpoint; the safe mode, which is on, keeps ours apart."
        remedy = "Let no other program write the database; a Python with SQLite 3.51.3 or newer needs no safe mode."
        yield warning("sqlite", said, remedy)
    else:
        yield ok("sqlite", f"SQLite {version}; the safe mode is on all the same.")


def permissions(patient: Patient) -> Iterator[Line]:
    """What is ours can be written by us, and read by nobody else."""
    files = [path for path in _files(patient) if path.exists()]
    closed = [path for path in files if not os.access(path, os.R_OK | os.W_OK)]
    if closed:
        remedy = f"Give the account that runs Tracker read and write access to {_named(closed)}."
        yield fault("permissions", f"{len(closed)} files or folders cannot be written.", remedy)
    open_ones = [path for path in files if path.stat().st_mode & 0o077 and os.name == "posix"]
    if open_ones:
        remedy = f"Run: chmod go= {_named(open_ones)}"
        yield warning("permissions", "Others on this machine can read what is Tracker's.", remedy)
    if not closed and not open_ones:
        yield ok("permissions", f"{patient.folder} and what is in it are Tracker's alone.")


def _files(patient: Patient) -> list[Path]:
    backups = records.default_folder(patient.engine)
    of_database = [Path(f"{patient.file}{part}") for part in ("", "-wal", "-shm")] if patient.file is not None else []
    kept = [file for file in backups.iterdir() if file.is_file()] if backups.is_dir() else []
    return [patient.folder, *of_database, patient.folder / "secret_key", backups, *kept]


def _named(paths: list[Path]) -> str:
    return " ".join(map(str, paths[:_MOST_NAMED])) + (" …" if len(paths) > _MOST_NAMED else "")


def log(patient: Patient) -> Iterator[Line]:
    """How much of the database is in its log, and how to copy it therefore."""
    if patient.file is None:
        return
    kept = Path(f"{patient.file}-wal")
    count = kept.stat().st_size if kept.exists() else 0
    if count == 0:
        yield ok("log", "The write-ahead log is empty: the file alone is whole, and may be copied while nobody writes.")
        return
    said = f"The write-ahead log holds {size(count)} that are not in the file yet."
    if count > _LOG_WARNING:
        remedy = "End what reads the database for long (other programs, too), or stop and start Tracker."
        yield (fault if count > _LOG_FAULT else warning)("log", said, remedy)
    else:
        yield ok("log", f"{said} Copy with: tracker backup")


def disk(patient: Patient) -> Iterator[Line]:
    """There is room to go on, and for a backup."""
    folder = next(path for path in (patient.folder, *patient.folder.parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    wanted = 2 * patient.file.stat().st_size if patient.file is not None and patient.file.exists() else 0
    said = f"{size(free)} are free at {folder}."
    remedy = "Make room there, or move the oldest backups elsewhere."
    is_little = free < max(_DISK_WARNING, wanted)
    yield graded("disk", said, remedy, is_fault=free < _DISK_FAULT, is_warning=is_little)
