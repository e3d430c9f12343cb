"""Backups, made while people work."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tracker.cli.database import configured_engine
from tracker.clock import real_now
from tracker.commands.programme import clock_mark
from tracker.config import read_settings
from tracker.db import migrations
from tracker.db.backups import postgres, records, sqlite
from tracker.db.backups.postgres import Programs
from tracker.db.backups.records import Record
from tracker.db.engine import database_file, reading, transaction
from tracker.domain.errors import ConflictError, DatabaseError, TrackerError
from tracker.domain.programme.checks import Finding
from tracker.domain.programme.heads import Contents
from tracker.queries.programme import check, heads


@dataclass(frozen=True, slots=True)
class Looked:
    """What a database was found to hold, and where it does not agree with itself."""

    contents: Contents
    differences: Sequence[Finding]

    @classmethod
    def at(cls, session: Session) -> "Looked":
        """Checks all that the session sees."""
        return cls(heads.contents(session), [each for each in check.findings(session) if each.is_difference])


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="A folder, or a new file; else instance/backups.")
@click.option("--keep", type=click.IntRange(1), help="Remove all but so many of the folder's newest backups.")
def backup(out: Path | None, keep: int | None) -> None:
    """Copy the database while people work, then read the copy and check it; exit code 1 if it does not agree."""
    made_at = real_now()
    with configured_engine() as engine:
        migrations.require_readable(engine)
        file = _new_file(engine, out, made_at)
        if keep is not None and file == out:
            raise click.UsageError("--keep needs a folder that is there: name one with --out, or leave --out away.")
        looked = _made(engine, file, made_at)
        _note(engine, made_at)
    click.echo(file)
    click.echo(looked.contents.summary)
    if keep is not None:
        records.remove(records.backups(file.parent)[keep:])


def _new_file(engine: Engine, out: Path | None, made_at: datetime) -> Path:
    folder = out or records.default_folder(engine)
    if out is None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / records.new_name(engine, made_at) if folder.is_dir() else folder
    if file.exists():
        raise ConflictError("%(file)s is there already and was left alone.", file=str(file))
    return file


def _made(engine: Engine, file: Path, made_at: datetime) -> Looked:
    """The backup under its name, once it has been read and checked."""
    draft = file.with_name(f".{file.name}.part")
    try:
        looked = _dumped(engine, draft) if database_file(engine) is None else _copied(engine, draft)
        if looked.differences:
            raise _faulty(draft, file, looked.differences)
        schema = migrations.head()
        record = Record.of(draft, looked.contents, made_at=made_at, database=engine.dialect.name, schema=schema)
        records.write(file, record)
        draft.rename(file)
        sqlite.sync(file.parent)
    finally:
        draft.unlink(missing_ok=True)
    return looked


def _copied(engine: Engine, draft: Path) -> Looked:
    file = database_file(engine)
    assert file is not None
    sqlite.copy(file, draft)
    with sqlite.opened(draft) as copy, reading(copy) as session:
        return Looked.at(session)


def _dumped(engine: Engine, draft: Path) -> Looked:
    programs = postgres.programs(engine, read_settings().postgres_bin)
    with reading(engine) as session:
        programs.dump(postgres.snapshot(session), draft)
        looked = Looked.at(session)
    return Looked(looked.contents, [*looked.differences, *_missing(programs, draft, looked.contents)])


def _missing(programs: Programs, draft: Path, contents: Contents) -> Iterator[Finding]:
    """Rows that the dump has not as many of as the state that it was made of."""
    rows = programs.read(draft).rows
    for name, table in heads.COUNTED.items():
        dumped, there = rows.get(str(table.__tablename__)), contents.counts[name]
        if dumped != there:
            yield Finding(f"the dump has {dumped} {name}, and the database {there}")


def _faulty(draft: Path, file: Path, differences: Sequence[Finding]) -> DatabaseError:
    faulty = file.with_name(f"{file.name}.faulty")
    draft.rename(faulty)
    return DatabaseError(
        "The copy does not agree with itself (%(count)s differences, the first: %(first)s). It is no backup, and"
        " was kept as %(file)s. See what is wrong with: tracker check",
        count=len(differences),
        first=differences[0].text,
        file=str(faulty),
    )


def _note(engine: Engine, made_at: datetime) -> None:
    """Lets the administrators' page show the backup; the backup is one without that."""
    try:
        with transaction(engine) as session:
            clock_mark.note_backup(session, made_at)
    except (TrackerError, DBAPIError) as error:
        click.echo(f"The backup is made, but the database could not note it: {error}", err=True)
