"""Replays the history and names every difference from what the database keeps beside it."""

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, text
from sqlmodel import Session, col

from tracker.db import models
from tracker.db.columns import row_columns
from tracker.db.facts import frozen_files
from tracker.db.models import Entry, Workflow
from tracker.db.workstreams import taking_part
from tracker.domain.cells import instant_text
from tracker.domain.figures.summaries import METHOD
from tracker.domain.files.figure_files import TOTAL, cells_text
from tracker.domain.programme.checks import Finding, problems
from tracker.domain.programme.replay import Caches, by_workflow, caches, holding
from tracker.domain.programme.rows import Programme
from tracker.domain.states import CycleStatus, ScopeKind, State
from tracker.queries import figures
from tracker.queries.programme import files
from tracker.queries.programme.derived_columns import HISTORY


def findings(session: Session) -> list[Finding]:
    """Everything that does not agree, the database's own integrity first."""
    broken = list(_damage(session))
    if broken:
        return broken  # a replay of damaged tables would only say it again in worse words
    programme = files.programme(session)
    return [
        *_broken_history(programme),
        *_stale_caches(session, programme),
        *_stale_parts(session, programme),
        *_entries(session),
        *_recordings(session),
        *_reported(session),
        *_moments(programme),
        *_rules_not_kept(programme),
    ]


def _damage(session: Session) -> Iterator[Finding]:
    if session.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL keeps its own constraints
    for (verdict,) in session.execute(text("PRAGMA integrity_check(20)")):
        if verdict != "ok":
            yield Finding(f"The database file is damaged: {verdict}")
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield Finding(f"{table}: row {row} refers to a row of {parent} that does not exist")


def _broken_history(programme: Programme) -> Iterator[Finding]:
    for problem in problems(programme):
        first = problem.file.columns[0].name
        workflow = getattr(problem.row, "workflow", None)
        about = f" ({workflow})" if workflow else ""
        place = f"{problem.file.name} {getattr(problem.row, first)}{about}"
        yield Finding(f"{place}: {problem.column} {problem.cell!r} {problem.text}")


def _stale_caches(session: Session, programme: Programme) -> Iterator[Finding]:
    columns = select(col(Workflow.key), *row_columns(Workflow, Caches, cycle=Workflow.cycle_number))
    kept = {key: Caches(*values) for key, *values in session.execute(columns)}
    for row, replayed in caches(programme):
        for field in fields(Caches):
            cached, history = getattr(kept[row.key], field.name), getattr(replayed, field.name)
            if cached != history:
                yield Finding(
                    f"{row.key}: {field.name} is kept as {_shown(cached)}, and the history says {_shown(history)}"
                )


def _stale_parts(session: Session, programme: Programme) -> Iterator[Finding]:
    numbers = {key: number for number, key in session.execute(select(col(Workflow.id), col(Workflow.key)))}
    _, others = taking_part(session)
    for row in programme.workflows:
        cached, history = others.get(numbers[row.key], []), list(row.other_workstreams)
        if cached != history:
            said = f"{' '.join(cached) or 'nothing'}, and the history says {' '.join(history) or 'nothing'}"
            yield Finding(f"{row.key}: other_workstreams is kept as {said}")


def _entries(session: Session) -> Iterator[Finding]:
    mark = session.execute(select(col(models.Programme.revision), col(models.Programme.last_recorded_at))).first()
    count, first, last, newest = session.execute(
        select(func.count(), func.min(Entry.id), func.max(Entry.id), func.max(Entry.recorded_at))
    ).one()
    if mark is None:
        if count:
            yield Finding("programme: its row is missing")
        return
    if mark.revision != (last or 0):
        yield Finding(f"programme: revision is kept as {mark.revision}, and the last entry is {last or 0}")
    if mark.last_recorded_at != newest:
        kept, history = _shown(mark.last_recorded_at), _shown(newest)
        yield Finding(f"programme: last_recorded_at is kept as {kept}, and the newest entry says {history}")
    if count and (first, last) != (1, count):
        yield Finding(f"entry: {count} entries are numbered from {first} to {last}; some are missing")


def _recordings(session: Session) -> Iterator[Finding]:
    for table in HISTORY:
        columns: Select[*tuple[Any, ...]] = (
            select(col(table.id), col(table.recorded_at), col(Entry.id), col(Entry.recorded_at).label("entered_at"))
            .outerjoin(Entry, col(Entry.id) == col(table.entry_id))
            .where(or_(col(Entry.id).is_(None), col(Entry.recorded_at) != col(table.recorded_at)))
            .order_by(col(table.id))
        )
        for row in session.execute(columns):
            yield Finding(
                f"{table.__tablename__} {row[0]}: recorded_at is {_shown(row.recorded_at)},"
                f" and its entry {row[2]} says {_shown(row.entered_at)}"
            )


def _reported(session: Session) -> Iterator[Finding]:
    """What closes froze by the definitions in force, computed anew. Older rows say what they said, and a workstream
    that came later has none while it counts nothing.
    """
    kept = {file: rows.copy() for file, rows in frozen_files(session).items()}
    for file, row in figures.reported(session):
        place = f"{file}, cycle {row.cycle}, {row.workstream or TOTAL}"
        reported = kept.get(file, {}).pop((row.cycle, row.workstream or ""), None)
        if reported is None and not row.is_nothing:
            yield Finding(f"{place}: what was reported is not kept")
        if reported is None or reported.method != METHOD:
            continue  # a workstream that came later, or older definitions
        history = json.loads(cells_text(row))
        for name, cell in json.loads(reported.cells).items():
            if cell != history.get(name):
                said = f"{cell or 'nothing'}, and the history says {history.get(name) or 'nothing'}"
                yield Finding(f"{place}: {name} is kept as reported as {said}")
    for file, cycle, workstream in sorted((file, *key) for file, rows in kept.items() for key in rows):
        yield Finding(
            f"{file}, cycle {cycle}, {workstream or TOTAL}: something is kept as reported, and there is no such row"
        )


def _moments(programme: Programme) -> Iterator[Finding]:
    """What a close does bears the moment of the close, and what it drops is archived then. A bulk load may differ."""
    closed_at = {row.cycle: row.closed_at for row in programme.cycles}
    archived_at = {row.key: row.archived_at for row in programme.workflows}
    for row in programme.scope:
        left_at_close = row.kind in {ScopeKind.CARRIED, ScopeKind.RETURNED, ScopeKind.DROPPED}
        if left_at_close and row.from_cycle is not None and closed_at.get(row.from_cycle) != row.happened_at:
            yield Finding(
                f"cycle {row.from_cycle}: closed_at is {_shown(closed_at.get(row.from_cycle))}, and scope {row.id}"
                f" ({row.workflow}) was {row.kind} at {_shown(row.happened_at)}",
                is_difference=False,
            )
        if row.kind is ScopeKind.DROPPED and archived_at[row.workflow] != row.happened_at:
            yield Finding(
                f"{row.workflow}: archived_at is {_shown(archived_at[row.workflow])}, and it was dropped at"
                f" {_shown(row.happened_at)}",
                is_difference=False,
            )


def _rules_not_kept(programme: Programme) -> Iterator[Finding]:
    events = by_workflow(programme.blocker_events)
    closed = {row.cycle for row in programme.cycles if row.status is CycleStatus.CLOSED}
    for row in programme.workflows:
        is_over = row.archived_at is not None or row.state is State.DONE
        for blocker in sorted(holding(events[row.key])) if is_over else ():
            what = "archived" if row.archived_at is not None else "done"
            yield Finding(f"{row.key}: is {what}, and blocker {blocker} holds it", is_difference=False)
        if row.archived_at is not None and row.cycle not in {None, *closed}:
            yield Finding(f"{row.key}: is archived, and in cycle {row.cycle}", is_difference=False)


def _shown(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case datetime():
            return instant_text(value)
        case _:
            return str(value)
