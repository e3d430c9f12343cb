"""Bringing a backup back, once it has been found whole."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlmodel import Session

from tracker.cli.backups import Looked
from tracker.clock import real_now
from tracker.commands.programme import clock_mark, installation
from tracker.config import read_settings
from tracker.db import in_use, migrations
from tracker.db.backups import postgres, records, sqlite
from tracker.db.backups.postgres import Programs
from tracker.db.backups.records import Record
from tracker.db.engine import database_file, make_engine, transaction
from tracker.db.postgres import take_time
from tracker.domain.errors import ConflictError, DatabaseError


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace a database that is there; it is kept under another name first.")
def restore(file: Path, force: bool) -> None:
    """Bring a backup back as the database of TRACKER_DATABASE_URL, which nobody may have in use, and check it."""
    record = records.read(file)
    if record is not None:
        record.require_file(file)
        click.echo(
            f"The backup of {record.made_at:%Y-%m-%d %H:%M} UTC brings back revision {record.revision}.", err=True
        )
    with _target() as engine:
        target = database_file(engine)
        _require_kind(file, engine)
        if target is None:
            looked = _restored_dump(engine, file, record, force=force)
        else:
            looked = _restored_file(target, file, record, force=force)
    click.echo(f"Restored {file}")
    click.echo(looked.contents.summary)


@contextlib.contextmanager
def _target() -> Iterator[Engine]:
    """The configured database, which nobody else has in use; its folder is made."""
    engine = make_engine(read_settings().database_url)
    file = database_file(engine)
    if file is not None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with in_use.alone(engine):
            yield engine
    finally:
        engine.dispose()


def _require_kind(file: Path, engine: Engine) -> None:
    magic = sqlite.MAGIC if engine.dialect.name == "sqlite" else postgres.MAGIC
    with file.open("rb") as source:
        if source.read(len(magic)) != magic:
            raise DatabaseError(
                "%(file)s is no backup of a database of this kind (%(kind)s). Nothing was changed.",
                file=str(file),
                kind=engine.dialect.name,
            )


def _restored_file(target: Path, file: Path, record: Record | None, *, force: bool) -> Looked:
    """Checks a copy beside the target, and then gives it the target's name."""
    is_filled = sqlite.is_filled(target)
    _require_room(str(target), is_filled=is_filled, force=force)
    made = target.with_name(f".{target.name}.restored-{os.getpid()}")
    try:
        sqlite.copy(file, made)
        looked = _verified_file(made, file, record)
        sqlite.fold(made)
        if is_filled:
            kept = target.with_name(f"{target.name}.kept-{_stamp()}")
            sqlite.keep(target, kept)
            _say_kept(kept)
        sqlite.put_in_place(made, target)
    finally:
        for part in [each for each in target.parent.iterdir() if each.name.startswith(made.name)]:
            part.unlink()
    return looked


def _verified_file(made: Path, file: Path, record: Record | None) -> Looked:
    engine = make_engine(f"sqlite:///{made}")
    try:
        return _upgraded(engine, file, record)
    finally:
        engine.dispose()


def _restored_dump(engine: Engine, file: Path, record: Record | None, *, force: bool) -> Looked:
    """Reads the whole dump, then fills the database with it and checks it before it is committed; one that was filled
    is dumped and emptied first. A dump of an older version is checked once it has been upgraded.
    """
    programs = postgres.programs(engine, read_settings().postgres_bin)
    schema = programs.read(file).schema
    _require_schema(schema, file)
    is_filled = postgres.is_filled(engine)
    _require_room(engine.url.render_as_string(), is_filled=is_filled, force=force)
    with engine.connect() as connection, connection.begin():
        take_time(connection)
        if is_filled:
            postgres.empty(connection, keep=lambda: _keep_dump(engine, programs))
        programs.restore(file, connection)
        looked = None if schema != migrations.head() else _verified(Session(connection), file, record)
    engine.dispose()  # with what the dump has set for its connection
    return looked or _upgraded(engine, file, record)


def _keep_dump(engine: Engine, programs: Programs) -> None:
    kept = records.default_folder(engine) / f"kept-{_stamp()}.pgdump"
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    programs.dump(None, kept)
    _say_kept(kept)


def _upgraded(engine: Engine, file: Path, record: Record | None) -> Looked:
    """Brings what was restored to this version's schema, and checks it."""
    _require_schema(migrations.current(engine), file)
    copy_of_older = installation.upgrade(engine)
    if copy_of_older is not None:
        Path(copy_of_older).unlink()
    migrations.require_readable(engine)
    with transaction(engine) as session:
        return _verified(session, file, record)


def _verified(session: Session, file: Path, record: Record | None) -> Looked:
    """What was restored; refused unless it agrees with itself and is what was backed up."""
    if record is not None:
        clock_mark.note_backup(session, record.made_at)
    looked = Looked.at(session)
    if record is not None and looked.contents.head != record.contents.head:
        raise _not_what_was_backed_up(file, f"its head is {looked.contents.head}, and was {record.contents.head}")
    if looked.differences:
        raise _not_what_was_backed_up(file, looked.differences[0].text)
    return looked


def _require_schema(schema: str | None, file: Path) -> None:
    if schema is None:
        raise DatabaseError("%(file)s holds no database of Tracker.", file=str(file))
    migrations.refuse_newer(schema)


def _require_room(where: str, *, is_filled: bool, force: bool) -> None:
    if is_filled and not force:
        raise ConflictError(
            "There is a database at %(where)s, and it was left alone. To keep it under another name and restore"
            " this one in its place, add --force.",
            where=where,
        )


def _not_what_was_backed_up(file: Path, problem: str) -> DatabaseError:
    return DatabaseError(
        "What %(file)s brings back is not what was backed up: %(problem)s. Use another backup.",
        file=str(file),
        problem=problem,
    )


def _say_kept(kept: Path) -> None:
    click.echo(f"What was there is kept as {kept}; it can be restored too.", err=True)


def _stamp() -> str:
    return f"{real_now():%Y%m%dT%H%M%S.%fZ}"  # what was kept before is never written over
