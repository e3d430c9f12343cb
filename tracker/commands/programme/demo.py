"""The demo's database: a whole made-up programme, and somebody to be in it."""

from collections.abc import Callable
from pathlib import Path

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
from tracker.domain.reports.documents import field
from tracker.domain.reports.months import Month
from tracker.domain.reports.tokens import INTRODUCTION

TIME_ZONE = "Europe/Stockholm"
NAME = "Exempelprogrammet"


def open_demo(engine: Engine, folder: Path, *, say: Callable[[str], None]) -> None:
    """Makes the demo's database from the programme files at the first start, and keeps what was changed later.

    Raises ConflictError, changing nothing, when the database is not a demo's.
    """
    _refuse_others(engine)
    installation.upgrade(engine)
    in_use.hold(engine)
    migrations.require_usable(engine)
    with reading(engine) as session:
        is_there = session.exec(select(Programme.id)).one_or_none() is not None
    rows = None
    if not is_there:
        say("Reading and writing the sample programme; this takes some seconds, the first time only.")
        rows = seed.read_folder(folder)
    with transaction(engine) as session:
        if rows is not None and clock_mark.found(session, TIME_ZONE, name=NAME, demo_clock_at=demo.STARTS_AT):
            seed.load(session, rows, time_zone=TIME_ZONE)
            _introduce(session)
        _add_accounts(session)


def _refuse_others(engine: Engine) -> None:
    file = database_file(engine)
    if file is None or not file.exists() or migrations.current(engine) is None:
        return
    with reading(engine) as session:
        marks = session.exec(select(Programme.demo_clock_at)).all()
    if marks == [None]:
        raise ConflictError(
            N_("%(file)s is not a demo's database and was left alone. Start it with: tracker serve"), file=str(file)
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
