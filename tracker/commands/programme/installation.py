"""Opening an installation: its database checked, upgraded if it is older, and its programme there."""

from collections.abc import Callable

from sqlalchemy import Engine

from tracker.commands import cycles
from tracker.commands.programme import clock_mark
from tracker.config import Settings
from tracker.db import in_use, migrations
from tracker.db.engine import make_engine, reading, transaction
from tracker.domain.errors import N_, AwayError, DatabaseError


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


def away(engine: Engine, settings: Settings, *, say: Callable[[str], None]) -> AwayError | None:
    """Makes the database usable, unless its server cannot be reached: gives why, for whoever waits for it."""
    try:
        make_usable(engine, settings, say=say)
    except AwayError as error:
        return error
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
