"""Loads a whole programme at once, from a folder of programme files or from rows. All or nothing."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, insert, select, update
from sqlmodel import Session, SQLModel

from tracker.commands import cycles
from tracker.commands.programme.seed_rows import SEEDED_WITH_IDS, SeedRows
from tracker.db import models
from tracker.domain.errors import N_, ConflictError
from tracker.domain.files.csv_text import Place, PlaceError, read_rows
from tracker.domain.programme.checks import derived_problems, problems
from tracker.domain.programme.files import PROGRAMME_FILES
from tracker.domain.programme.rows import Programme

Progress = Callable[[str, int, int], None]
_ROWS_A_STATEMENT = 2_000
_LINE_BREAK = re.compile(rb"\r\n|\r|\n")
_PROGRAMME_TABLES: tuple[type[SQLModel], ...] = (
    models.Project,
    models.Cycle,
    models.Workflow,
    models.Blocker,
)


def _no_progress(_step: str, _done: int, _total: int) -> None:
    """For whoever does not watch."""


def read_folder(folder: Path, *, progress: Progress = _no_progress) -> Programme:
    """The checked programme of a folder. Raises PlaceError that names file, line, column and value."""
    texts = {file.name: _text(folder / f"{file.name}.csv") for file in PROGRAMME_FILES}
    total, done = sum(map(len, texts.values())), 0
    programme = Programme()
    lines: dict[str, list[int]] = {}
    for file in PROGRAMME_FILES:
        progress("read", done, total)
        placed = list(read_rows(texts[file.name], file))
        lines[file.name] = [line for line, _ in placed]
        setattr(programme, file.name, [row for _, row in placed])
        done += len(texts[file.name])
    progress("read", total, total)
    require_sound(programme, lines)
    return programme


def require_sound(programme: Programme, lines: dict[str, list[int]] | None = None) -> None:
    """Raises PlaceError for the first row that breaks a rule; without lines, as if each row took one."""
    for check in (problems, derived_problems):
        for problem in check(programme):
            name = problem.file.name
            line = lines[name][problem.index] if lines else problem.index + 2
            place = Place(f"{name}.csv", line, problem.column, problem.cell)
            raise PlaceError(problem.message, place=place, **problem.values)


def load(
    session: Session, programme: Programme, *, time_zone: str, name: str = "", progress: Progress = _no_progress
) -> None:
    """Writes a sound programme into a database without programme rows."""
    _require_empty(session)
    row = session.get(models.Programme, 1) or models.Programme(time_zone=time_zone)
    row.name = row.name or name
    session.add(row)
    session.flush()  # later rows are written past the session
    known_actors = {actor.name: actor.id for actor in session.scalars(select(models.Actor)) if actor.id is not None}
    seeded = SeedRows(programme, known_actors, row.revision)
    tables = seeded.tables()
    total, done = sum(len(rows) for _, rows in tables), 0
    for table, rows in tables:
        for batch in _batches(rows):
            session.execute(insert(table), batch)
            done += len(batch)
            progress("write", done, total)
    newest = max(filter(None, (row.last_recorded_at, seeded.newest_recorded_at)), default=None)
    session.execute(update(models.Programme).values(revision=seeded.revision, last_recorded_at=newest))
    session.expire(row)
    _set_sequences(session)
    cycles.store_reported(session)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise PlaceError(
            N_("is missing from the folder %(folder)s"), place=Place(path.name), folder=path.parent
        ) from error
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = len(_LINE_BREAK.findall(content[: error.start])) + 1
        raise PlaceError(N_("is not UTF-8; save the file as UTF-8"), place=Place(path.name, line)) from error


def _require_empty(session: Session) -> None:
    for table in _PROGRAMME_TABLES:
        if session.scalar(select(exists(select(table)))):
            raise ConflictError(N_("The database already has a programme. Seed into a new one: nothing was changed."))


def _batches(rows: Sequence[dict[str, Any]]) -> Iterable[Sequence[dict[str, Any]]]:
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        yield rows[start : start + _ROWS_A_STATEMENT]


def _set_sequences(session: Session) -> None:
    """PostgreSQL: the next id follows the greatest one given; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in SEEDED_WITH_IDS:
        greatest = session.scalar(select(func.max(table.c.id)))
        if greatest is not None:
            session.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), greatest)))
