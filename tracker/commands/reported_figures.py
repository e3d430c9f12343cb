"""Keeps what was reported: the rows that a close freezes, written once and never changed."""

from sqlalchemy import insert, select
from sqlmodel import Session, col

from tracker.db.facts import facts
from tracker.db.models import Cycle, Programme, ReportedFigures
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import reported
from tracker.domain.files.figure_files import cells_text
from tracker.domain.states import CycleStatus


def missing(session: Session) -> set[int]:
    """The closed cycles whose figures are not kept."""
    closed = select(col(Cycle.number)).where(col(Cycle.status) == CycleStatus.CLOSED)
    return set(session.scalars(closed)) - set(session.scalars(select(col(ReportedFigures.cycle_number)).distinct()))


def store(session: Session) -> set[int]:
    """Keeps the figures of the closed cycles whose figures are not kept, and tells which. Locks the programme."""
    session.execute(select(col(Programme.id)).with_for_update())
    session.flush()  # the columns are read past the session
    cycles = missing(session)
    found = facts(session) if cycles else None
    if found is not None:
        rows = [
            {"cycle_number": row.cycle, "workstream_code": row.workstream or "", "cells": cells_text(row)}
            for row in reported(History(found))
            if row.cycle in cycles
        ]
        session.execute(insert(ReportedFigures), rows)
    return cycles
