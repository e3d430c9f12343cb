"""Loads a whole programme at once, from a folder of programme files or from rows. All or nothing."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import exists, func, insert, or_, select, update
from sqlmodel import Session, SQLModel, col

from tracker.commands import cycles
from tracker.commands.imports.rows import pieces
from tracker.commands.programme.seed_rows import SEEDED_WITH_IDS, SeedRows
from tracker.db import models
from tracker.db.columns import row_columns
from tracker.domain.errors import N_, ConflictError
from tracker.domain.files.csv_text import Place, PlaceError, read_rows
from tracker.domain.imports.progress import Progress, Step, silent
from tracker.domain.programme import files
from tracker.domain.programme.checks import cycle_problems, derived_problems, problems
from tracker.domain.programme.files import OPTIONAL_FILES, PROGRAMME_FILES, ProgrammeFile
from tracker.domain.programme.parts import parts_before
from tracker.domain.programme.rows import CycleRow, Programme, ProjectRow, WorkstreamRow

_ROWS_A_STATEMENT = 2_000
_LINE_BREAK = re.compile(rb"\r\n|\r|\n")
# What may be there before: of the same code or number as a row of the file, it has to be equal.
_KEPT: tuple[tuple[ProgrammeFile[Any], type[SQLModel], type, dict[str, Any]], ...] = (
    (files.PROJECTS, models.Project, ProjectRow, {}),
    (files.WORKSTREAMS, models.Workstream, WorkstreamRow, {"project": models.Workstream.project_code}),
    (files.CYCLES, models.Cycle, CycleRow, {"cycle": models.Cycle.number}),
)
_HISTORY = (
    select(models.Workflow),
    select(models.Blocker),
    select(models.Cycle).where(col(models.Cycle.closed_at).is_not(None)),
)


def read_folder(folder: Path, *, progress: Progress = silent) -> Programme:
    """The checked programme of a folder. Raises PlaceError that names file, line, column and value."""
    paths = [folder / f"{file.name}.csv" for file in PROGRAMME_FILES if file not in OPTIONAL_FILES]
    later = [path for file in OPTIONAL_FILES if (path := folder / f"{file.name}.csv").exists()]
    return read_files({path.name: _bytes(path) for path in (*paths, *later)}, progress=progress)


def read_files(contents: Mapping[str, bytes], *, progress: Progress = silent) -> Programme:
    """The checked programme of the files, by name. Raises PlaceError as `read_folder` does."""
    there = [file for file in PROGRAMME_FILES if f"{file.name}.csv" in contents or file not in OPTIONAL_FILES]
    texts = {file.name: _text(f"{file.name}.csv", contents[f"{file.name}.csv"]) for file in there}
    total, done = sum(map(len, texts.values())), 0
    programme = Programme()
    lines: dict[str, list[int]] = {}
    for file in there:
        progress(Step.READ, done, total)
        placed = list(read_rows(texts[file.name], file))
        lines[file.name] = [line for line, _ in placed]
        setattr(programme, file.name, [row for _, row in placed])
        done += len(texts[file.name])
    progress(Step.READ, total, total)
    if files.PARTS not in there:
        programme.parts = parts_before(programme)
        lines[files.PARTS.name] = [0] * len(programme.parts)
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
    session: Session, programme: Programme, *, time_zone: str, name: str = "", progress: Progress = silent
) -> None:
    """Writes a sound programme into a database without a history; projects, workstreams and cycles that are there
    already stay. Raises ConflictError or PlaceError, changing nothing, as `already_there` does.
    """
    there = already_there(session, programme)
    if not programme.parts:  # made by hand: what was read has them
        programme.parts = parts_before(programme)
    row = session.get(models.Programme, 1, populate_existing=True) or models.Programme(time_zone=time_zone)
    row.name = row.name or name
    session.add(row)
    session.flush()  # later rows are written past the session
    known_actors = {actor.name: actor.id for actor in session.scalars(select(models.Actor)) if actor.id is not None}
    seeded = SeedRows(programme, known_actors, row.revision)
    kept = {table.__tablename__: there[file.name] for file, table, *_ in _KEPT}
    tables = [(table, _missing(rows, kept.get(table.name, set()))) for table, rows in seeded.tables()]
    total, done = sum(len(rows) for _, rows in tables), 0
    for table, rows in tables:
        for batch in pieces(rows, _ROWS_A_STATEMENT):
            session.execute(insert(table), batch)
            done += len(batch)
            progress(Step.WRITTEN, done, total)
    newest = max(filter(None, (row.last_recorded_at, seeded.newest_recorded_at)), default=None)
    session.execute(update(models.Programme).values(revision=seeded.revision, last_recorded_at=newest))
    session.expire(row)
    _set_sequences(session)
    cycles.store_reported(session)


def already_there(session: Session, programme: Programme) -> dict[str, set[Any]]:
    """By file, the codes and numbers of the programme that the database has already, equal in all. Four statements.

    Raises ConflictError where there is a history, and PlaceError, naming file, column and value, for what differs or
    cannot be beside what is there.
    """
    require_no_history(session)
    there: dict[str, set[Any]] = {}
    for file, table, row_type, elsewhere in _KEPT:
        key = file.columns[0].name
        found = {row[0]: row_type(*row) for row in session.execute(select(*row_columns(table, row_type, **elsewhere)))}
        mine = getattr(programme, file.name)
        for row in mine:
            if (other := found.get(getattr(row, key), row)) != row:
                raise _different(file, row, other)
        there[file.name] = found.keys() & {getattr(row, key) for row in mine}
        if file is files.CYCLES:
            _require_cycles_beside([*mine, *(row for number, row in found.items() if number not in there[file.name])])
    return there


def require_no_history(session: Session) -> None:
    """Refuses with ConflictError what has workflows, blockers or a closed cycle. One statement."""
    if session.scalar(select(or_(*map(exists, _HISTORY)))):
        raise ConflictError(
            N_(
                "There are workflows, blockers or a closed cycle already. Programme files are read into an installation"
                " without any: nothing was changed."
            )
        )


def _different(file: ProgrammeFile[Any], row: object, other: object) -> PlaceError:
    key = file.cell_of(row, file.columns[0].name)
    column = next(each.name for each in file.columns if getattr(row, each.name) != getattr(other, each.name))
    return PlaceError(
        N_("%(key)s is there already with another value, %(value)s. Make them equal, there or in the file."),
        place=Place(f"{file.name}.csv", None, column, file.cell_of(row, column)),
        key=key,
        value=file.cell_of(other, column) or "–",
    )


def _require_cycles_beside(rows: list[CycleRow]) -> None:
    for problem in cycle_problems(rows):
        place = Place(f"cycles.csv, cycle {rows[problem.index].cycle}", None, problem.column, problem.cell)
        raise PlaceError(problem.message, place=place, **problem.values)


def _missing(rows: list[dict[str, Any]], there: set[Any]) -> list[dict[str, Any]]:
    return [row for row in rows if next(iter(row.values())) not in there] if there else rows


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PlaceError(
            N_("is missing from the folder %(folder)s"), place=Place(path.name), folder=path.parent
        ) from error


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = len(_LINE_BREAK.findall(content[: error.start])) + 1
        raise PlaceError(N_("is not UTF-8; save the file as UTF-8"), place=Place(name, line)) from error


def _set_sequences(session: Session) -> None:
    """PostgreSQL: the next id follows the greatest one given; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in SEEDED_WITH_IDS:
        greatest = session.scalar(select(func.max(table.c.id)))
        if greatest is not None:
            session.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), greatest)))
