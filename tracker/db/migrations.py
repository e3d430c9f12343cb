"""Brings a database to the schema of this code, or says why it cannot be used."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import filelock
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import tracker.db.models  # noqa: F401 - registers the tables
from tracker.config import MIGRATIONS
from tracker.db import postgres
from tracker.db.backups import sqlite
from tracker.db.engine import database_file
from tracker.domain.errors import N_, AwayError, BusyError, DatabaseError, TrackerError

LOCK_TIMEOUT_S = 120
_ADVISORY_LOCK = 7_000_001  # any number that no other program on the server uses


class LockedError(DatabaseError, BusyError):
    """Another holds the database, or what is to be changed in it."""


class NoRightsError(DatabaseError):
    """The role that Tracker works as may not do this in the database."""


def head() -> str:
    """The newest revision that this code knows."""
    revision = _scripts().get_current_head()
    assert revision is not None
    return revision


def current(engine: Engine) -> str | None:
    """The revision of the database; none for an empty one. Raises DatabaseError when it cannot be read."""
    with _explained(engine), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_file(engine: Engine) -> None:
    """Refuses with DatabaseError when the SQLite file is missing, instead of making an empty one."""
    file = database_file(engine)
    if file is not None and not file.exists():
        raise DatabaseError(N_("There is no database at %(file)s. Create one with: tracker db upgrade"), file=str(file))


def require_readable(engine: Engine) -> None:
    """Refuses with DatabaseError, naming cause and remedy, unless the database is sound and of this code's schema."""
    require_file(engine)
    revision = current(engine)
    refuse_newer(revision)
    if revision != head():
        raise DatabaseError(
            N_("The database is older than this version of Tracker. Upgrade it with: tracker db upgrade")
        )
    require_sound(engine)


def require_usable(engine: Engine) -> None:
    """As `require_readable`, and refuses a database that cannot be written."""
    require_readable(engine)
    with _explained(engine), engine.connect() as connection:
        # Waits its turn; a reader that wants to write on gets none.
        writing = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        # A write that changes nothing is the only proof: the file's mode says too little.
        writing.execute(text("UPDATE programme SET revision = revision WHERE id = 1"))
        writing.rollback()


def upgrade(engine: Engine) -> str | None:
    """Creates the database or brings it to the newest revision, under a lock and in one transaction.

    An older SQLite database is first copied beside itself; gives the copy's path, or none when nothing was copied.
    """
    file = database_file(engine)
    if file is not None:
        _make(file)
    with _one_at_a_time(engine):
        revision = current(engine)
        refuse_newer(revision)
        if revision == head():
            require_sound(engine)
            return None
        backup = _back_up(file, revision) if file is not None and revision is not None else None
        try:
            _run(engine, lambda config: command.upgrade(config, "head"))
        except NoRightsError as error:
            raise DatabaseError(
                N_(
                    "The database is of another version (%(revision)s) than this Tracker, and the role of"
                    " TRACKER_DATABASE_URL may not upgrade it: %(problem)s. Upgrade it as the owner of the tables,"
                    " with: tracker db upgrade"
                ),
                revision=revision or "none",
                problem=error.values["problem"],
            ) from error
        return backup


def downgrade(engine: Engine, revision: str) -> None:
    """Takes the database back to a revision (`base` for none)."""
    with _one_at_a_time(engine):
        _run(engine, lambda config: command.downgrade(config, revision))


def differences(engine: Engine) -> list[str]:
    """How the database's schema differs from the models, in words; empty when it does not."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [repr(difference) for difference in compare_metadata(context, SQLModel.metadata)]


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _run(engine: Engine, step: Callable[[Config], None]) -> None:
    config = _config()
    with _explained(engine), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A batch operation copies and drops tables: with foreign keys on that would delete the children.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")  # noqa: PLW2901
        try:
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    postgres.take_time(connection, LOCK_TIMEOUT_S)
                config.attributes["connection"] = connection
                step(config)
                if engine.dialect.name == "sqlite":
                    _require_references(connection)
        finally:
            if engine.dialect.name == "sqlite":
                connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


def refuse_newer(revision: str | None) -> None:
    """Refuses with DatabaseError a schema that this code does not know."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseError(
            N_(
                "The database is newer (%(revision)s) than this version of Tracker. Start the newer version, or"
                " restore the copy that was made beside the database before it was upgraded."
            ),
            revision=revision,
        )


def require_sound(engine: Engine) -> None:
    """Refuses with DatabaseError a SQLite file whose pages do not hold together."""
    if engine.dialect.name != "sqlite":
        return
    with _explained(engine), engine.connect() as connection:
        verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    if verdict != "ok":
        raise DatabaseError(
            N_("The database is damaged (%(verdict)s). Restore a copy of it; nothing was changed."), verdict=verdict
        )


def _require_references(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
    if broken:
        raise DatabaseError(N_("The upgrade would lose rows of %(table)s; nothing was changed."), table=broken[0][0])


def _make(file: Path) -> None:
    """An empty file where there is none; connections make none."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except PermissionError as error:
        raise _no_access(file) from error


def _no_access(file: Path) -> DatabaseError:
    return DatabaseError(
        N_("The folder %(folder)s cannot be written. Give the account that runs Tracker write access to it."),
        folder=str(file.parent),
    )


def _back_up(file: Path, revision: str) -> str:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    # An upgrade that was killed within this second has left a copy, whole or not.
    tries = (f"{stamp}-{number}" if number else stamp for number in itertools.count())
    names = (file.with_name(f"{file.name}.{revision}.{each}.backup") for each in tries)
    copy = next(name for name in names if not name.exists())
    sqlite.copy(file, copy)
    return str(copy)


@contextlib.contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    file = database_file(engine)
    if file is not None:
        try:
            with filelock.FileLock(f"{file}-migration-lock", timeout=LOCK_TIMEOUT_S, mode=0o600):
                yield
        except filelock.Timeout as error:
            raise BusyError(N_("Another process is upgrading the database. Try again in a moment.")) from error
        except PermissionError as error:
            raise _no_access(file) from error
        return
    with _explained(engine), engine.begin() as connection:
        postgres.take_time(connection, LOCK_TIMEOUT_S)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield


@contextlib.contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    """Turns the driver's words into cause and remedy."""
    try:
        yield
    except DBAPIError as error:
        file = database_file(engine)
        problem = str(error.orig).strip().splitlines()[0]
        explanation = _of_file(problem, str(file)) if file is not None else _of_server(error, problem, engine)
        raise explanation from error


def _of_file(problem: str, where: str) -> DatabaseError:
    if "locked" in problem:
        return _locked(where)
    if "readonly" in problem or "read-only" in problem or "unable to open" in problem:
        return DatabaseError(
            N_(
                "The database %(where)s cannot be written. Give the account that runs Tracker write access to the file"
                " and its folder."
            ),
            where=where,
        )
    if "malformed" in problem or "not a database" in problem or "disk image" in problem:
        return DatabaseError(
            N_("The database %(where)s is damaged or no SQLite database. Restore a copy of it; nothing was changed."),
            where=where,
        )
    return _unusable(where, problem)


def _of_server(error: DBAPIError, problem: str, engine: Engine) -> TrackerError:
    where, refusal = "TRACKER_DATABASE_URL", postgres.refusal(error)
    if isinstance(refusal, AwayError):
        return AwayError(
            N_("The database server of %(where)s cannot be reached: %(problem)s. Start it, or correct the address."),
            where=where,
            problem=problem.rstrip("."),
        )
    if refusal is not None and refusal.message == postgres.NO_RIGHTS:
        return NoRightsError(
            N_(
                "The role %(role)s of %(where)s lacks rights: %(problem)s. Let the owner of the tables grant them, as"
                " the handbook says under Operating."
            ),
            role=engine.url.username or "",
            where=where,
            problem=problem,
        )
    return _locked(where) if isinstance(refusal, BusyError) else _unusable(where, problem)


def _locked(where: str) -> LockedError:
    return LockedError(
        N_("The database %(where)s is locked by another program. Close that program and start again."), where=where
    )


def _unusable(where: str, problem: str) -> DatabaseError:
    return DatabaseError(N_("The database %(where)s cannot be used: %(problem)s"), where=where, problem=problem)
