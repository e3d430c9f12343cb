"""What a request works with, typed: settings, engine, clock, the viewer, and sessions to read and to write."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session
from werkzeug.exceptions import Unauthorized

from tracker.clock import Clock
from tracker.commands.entry.entries import Entry, open_entry
from tracker.config import Settings
from tracker.db.engine import reading, transaction
from tracker.domain.calendar import local_date
from tracker.queries.accounts import viewer as viewers
from tracker.queries.accounts.viewer import Programme, Viewer

_EXTENSION = "tracker"


@dataclass(frozen=True, slots=True)
class Installation:
    """What the application serves. `programme` is how it stood at the start: its name, zone and mark hold."""

    settings: Settings
    engine: Engine
    clock: Clock
    programme: Programme


def install(app: Flask, installation: Installation) -> None:
    """Gives the application what its requests work with."""
    app.extensions[_EXTENSION] = installation
    app.teardown_appcontext(lambda _error: close_reading_session())


def installation() -> Installation:
    """What the application serves."""
    return cast("Installation", current_app.extensions[_EXTENSION])


def current_settings() -> Settings:
    """The settings that the application was started with."""
    return installation().settings


def current_engine() -> Engine:
    """The database."""
    return installation().engine


def now() -> datetime:
    """Now, as the programme sees it; the same instant all through a request."""
    if "now" not in g:
        g.now = installation().clock.now()
    return cast("datetime", g.now)


def today() -> date:
    """The local date of now."""
    return local_date(now(), current_programme().zone)


def reading_session() -> Session:
    """The request's session to read with: it sees one state of the database, until something is written."""
    if "reading_session" not in g:
        g.reading_session = reading(current_engine())
    return cast("Session", g.reading_session)


def close_reading_session() -> None:
    """Lets go of the state of the database that was read; the next read sees what holds then."""
    session = g.pop("reading_session", None)
    if session is not None:
        with contextlib.suppress(DBAPIError):  # the connection is gone, and nothing was to be kept
            session.close()


@contextlib.contextmanager
def writing(command: str) -> Iterator[tuple[Session, Entry]]:
    """A transaction with an entry in the viewer's name, with the rights that they have once it has begun."""
    close_reading_session()
    with transaction(current_engine()) as session:
        clock, days = installation().clock, current_settings().backdate_days
        entry = open_entry(session, current_viewer().actor, command, clock.now(), days)
        if entry.id != current_programme().revision + 1:  # something was recorded since they were looked up
            viewer = viewers.viewer(session, g.token_hash)
            if viewer is None:
                raise Unauthorized
            entry.actor = viewer.actor
        yield session, entry


@contextlib.contextmanager
def unrecorded() -> Iterator[Session]:
    """A transaction of what no history keeps: sign-ins, settings, files under way."""
    close_reading_session()
    with transaction(current_engine()) as session:
        yield session


def set_viewer(viewer: Viewer, token_hash: str) -> None:
    """The request is by somebody signed in."""
    g.viewer, g.token_hash = viewer, token_hash


def viewer_or_none() -> Viewer | None:
    """Who is looking, if somebody is signed in and has been looked up. Asks no database."""
    return cast("Viewer | None", g.get("viewer"))


def current_viewer() -> Viewer:
    """Who is looking; 401 when nobody is signed in."""
    viewer = viewer_or_none()
    if viewer is None:
        raise Unauthorized
    return viewer


def current_programme() -> Programme:
    """The programme, as the viewer's lookup found it or else as it stood at the start. Asks no database."""
    viewer = viewer_or_none()
    return viewer.programme if viewer is not None else installation().programme
