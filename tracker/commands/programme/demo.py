"""The demo's database: a whole made-up programme, and somebody to be in it."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from tracker.clock import clock_of
from tracker.commands.accounts import account as accounts
from tracker.commands.entry.entries import open_entry
from tracker.commands.programme import clock_mark, installation, seed
from tracker.db import in_use, migrations
from tracker.db.engine import database_file, reading, transaction
from tracker.db.models import Cycle, Entry, Programme, ReportChange, User, Workstream
from tracker.domain.errors import N_, ConflictError
from tracker.domain.programme import demo
from tracker.domain.programme.rows import Programme as ProgrammeRows
from tracker.domain.reports.documents import field
from tracker.domain.reports.months import Month
from tracker.domain.reports.tokens import INTRODUCTION

NAME = "Exempelprogrammet"


def open_demo(
    engine: Engine, read: Callable[[date], ProgrammeRows], *, say: Callable[[str], None], day: date | None = None
) -> None:
    """Makes the demo's database at the first start, from the programme that `read` gives for the day on which its clock
    is to start, else for the first one; keeps what was changed later.

    Raises ConflictError, changing nothing, when the database is not a demo's or was made for another day.
    """
    _refuse_others(engine, day)
    installation.upgrade(engine)
    in_use.hold(engine)
    migrations.require_usable(engine)
    with reading(engine) as session:
        is_there = session.exec(select(Programme.id)).one_or_none() is not None
    rows, day = None, day or demo.FIRST_DAY
    if not is_there:
        say("Reading and writing the sample programme; this takes some seconds, the first time only.")
        rows = read(day)
    with transaction(engine) as session:
        starts_at = demo.starts_at(day)
        if rows is not None and clock_mark.found(session, demo.TIME_ZONE, name=NAME, demo_clock_at=starts_at):
            seed.load(session, rows, time_zone=demo.TIME_ZONE)
            _introduce(session)
        _add_accounts(session)


def _refuse_others(engine: Engine, day: date | None) -> None:
    file = database_file(engine)
    if file is None or not file.exists() or migrations.current(engine) is None:
        return
    with reading(engine) as session:
        marks = session.exec(select(Programme.demo_clock_at)).all()
    if marks == [None]:
        raise ConflictError(
            N_("%(file)s is not a demo's database and was left alone. Start it with: tracker serve"), file=str(file)
        )
    made_for = [mark.astimezone(ZoneInfo(demo.TIME_ZONE)).date() for mark in marks if mark]
    if day is not None and made_for and made_for != [day]:
        raise ConflictError(
            N_(
                "%(file)s was made for %(made_for)s, and what has been changed in it since would not fit %(day)s. Leave"
                " out --at to go on with it, or remove the file to start over on that day."
            ),
            file=str(file),
            made_for=made_for[0],
            day=day,
        )


def _introduce(session: Session) -> None:
    """Lets the reports begin with a text from the first on, as if it had been written when the programme was."""
    first = session.scalars(select(func.min(col(Entry.id)))).one()
    month = str(Month.of(session.scalars(select(func.min(col(Cycle.starts_on)))).one()))
    for language, text in demo.INTRODUCTION.items():
        session.add(
            ReportChange(
                month=month, project_code=INTRODUCTION, field=field(INTRODUCTION, language), after=text, entry_id=first
            )
        )


def _add_accounts(session: Session) -> None:
    there = set(session.exec(select(User.email)))
    missing = [account for account in demo.ACCOUNTS if account.email not in there]
    if not missing:
        return
    entry = open_entry(session, accounts.operator(session), "user_add", clock_of(session).now())
    for account in missing:
        of_project = session.exec(
            select(Workstream.code).where(Workstream.project_code == account.project).order_by(col(Workstream.code))
        ).all()
        accounts.add(
            session,
            entry,
            account.email,
            account.name,
            account.role,
            password=None,
            workstreams=(*account.workstreams, *of_project),
        )
