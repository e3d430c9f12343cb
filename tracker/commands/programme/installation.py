"""Opening an installation: its database checked, upgraded if it is older, and its programme there."""

from collections.abc import Callable

from sqlalchemy import Engine

from tracker.commands import cycles
from tracker.commands.programme import clock_mark
from tracker.config import Settings
from tracker.db import in_use, migrations, postgres
from tracker.db.engine import make_engine, reading, transaction
from tracker.domain.errors import N_, DatabaseError, TrackerError


def upgrade(engine: Engine) -> str | None:
    """Creates the database or brings it to the newest revision, and keeps the figures of cycles that an older version
    closed; gives the path of the copy made of an older one.
    """
    backup = migrations.upgrade(engine)
    with reading(engine) as session:
        is_complete = not cycles.missing_reported(session)
    if not is_complete:
        with transaction(engine) as session:
            cycles.store_reported(session)
    return backup


def opened(settings: Settings, *, say: Callable[[str], None]) -> Engine:
    """The engine of a usable database, as `make_usable` makes it."""
    engine = make_engine(settings.database_url, settings.database_pool)
    make_usable(engine, settings, say=say)
    return engine


def not_yet_usable(engine: Engine, settings: Settings, *, say: Callable[[str], None]) -> TrackerError | None:
    """Makes PostgreSQL's database usable, or gives why that cannot be done yet, for whoever waits for it. What does not
    pass by itself is raised, and all of SQLite.
    """
    try:
        make_usable(engine, settings, say=say)
    except postgres.ERRORS as error:
        if engine.dialect.name == "postgresql" and (reason := postgres.passing(error)) is not None:
            return reason
        raise
    return None


def make_usable(engine: Engine, settings: Settings, *, say: Callable[[str], None]) -> None:
    """Refuses a missing or empty database with DatabaseError, copies and upgrades an older one, and gives a new
    programme its time zone. Raises AwayError when the database server cannot be reached.
    """
    migrations.require_file(engine)
    in_use.hold(engine)
    if migrations.current(engine) is None:
        raise DatabaseError(N_("The database is empty. Set it up with: tracker db upgrade"))
    backup = upgrade(engine)
    if backup is not None:
        say(f"The database was older: it was copied to {backup} and upgraded.")
    migrations.require_usable(engine)
    with transaction(engine) as session:
        clock_mark.found(session, settings.timezone)
