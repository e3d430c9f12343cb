"""A small programme in the middle of cycle 2, the people in it, and what they did."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func
from sqlmodel import Session, SQLModel, col, select

from tests.builders import OFFICE, Flow, a_blocker, a_cycle, a_programme, day, load
from tracker.commands.entry.entries import Entry, open_entry
from tracker.db import models
from tracker.db.engine import reading, transaction
from tracker.db.migrations import upgrade
from tracker.domain.people import Actor
from tracker.domain.programme.rows import Programme
from tracker.domain.states import CycleStatus, Goal, Role, State
from tracker.queries.programme import check

NOW = day(75)  # Friday 14 April; cycle 2 runs from day 50 to day 98
BACKDATE_DAYS = 14
FREE, HELD, DONE, ARCHIVED = "LAB-001", "LAB-002", "LAB-003", "LAB-004"
BACKLOG, DRAFTED, RUNNING, MET, OTHERS = "LAB-005", "LAB-006", "LAB-007", "LAB-008", "RTG-001"
BLOCKER, RESOLVED = 1, 2


def a_small_programme() -> Programme:
    """Cycle 1 is closed, 2 runs, 3 is planned. LKM takes part in the free workflow and in the held one."""
    lab: Any = {"workstream": "LAB"}
    return a_programme(
        Flow(FREE, others=("LKM",), **lab).to(State.DESIGN, day(60)),
        Flow(HELD, "Märka rör", others=("LKM",), **lab).to(State.TEST, day(55)).held(BLOCKER, day(56)),
        Flow(DONE, **lab).to(State.TEST, day(20)).to(State.DONE, day(52)),
        Flow(ARCHIVED, archived_at=day(10), **lab),
        Flow(BACKLOG, **lab),
        Flow(DRAFTED, **lab).in_cycle(3, Goal.DESIGN, day(60)),
        Flow(RUNNING, **lab).in_cycle(2, Goal.TEST, day(47)).to(State.DESIGN, day(51)),
        Flow(MET, **lab).in_cycle(1, Goal.DESIGN).to(State.VALIDATION, day(30)),
        Flow(OTHERS, workstream="RTG").to(State.DESIGN, day(51)).held(RESOLVED, day(52)).released(RESOLVED, day(53)),
        cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING), a_cycle(3)],
        blockers=[a_blocker(BLOCKER), a_blocker(RESOLVED, "Beslut saknas")],
    )


def prepare(engine: Engine) -> Engine:
    """Loads it, with two names to act under."""
    load(engine, a_small_programme())
    return engine


def prepared(engine: Engine) -> None:
    """Prepares a migrated database with it."""
    upgrade(engine)
    prepare(engine)


def somebody(engine: Engine, role: Role, *workstreams: str, name: str = "Projektledare SIDU") -> Actor:
    """An actor with the rights; the name must stand in the history."""
    with reading(engine) as session:
        number = session.exec(select(models.Actor.id).where(models.Actor.name == name)).one()
    assert number is not None
    return Actor(number, name, role, frozenset(workstreams))


def lead(engine: Engine) -> Actor:
    """Leads LAB, the owner of all but one."""
    return somebody(engine, Role.LEAD, "LAB")


def shared_lead(engine: Engine) -> Actor:
    """Leads LKM, which takes part in two."""
    return somebody(engine, Role.LEAD, "LKM")


def stranger(engine: Engine) -> Actor:
    """Leads RTG, which has nothing to do with the rest."""
    return somebody(engine, Role.LEAD, "RTG")


def viewer(engine: Engine) -> Actor:
    """Reads."""
    return somebody(engine, Role.VIEWER)


def planner(engine: Engine) -> Actor:
    """Somebody else, of the programme office."""
    return somebody(engine, Role.PLANNER, name=OFFICE)


@contextlib.contextmanager
def acting(
    engine: Engine, actor: Actor | None = None, at: datetime = NOW, command: str = "test"
) -> Iterator[tuple[Session, Entry]]:
    """A command under way, as an edge opens it; LAB's lead unless told."""
    actor = actor or lead(engine)
    with transaction(engine) as session:
        yield session, open_entry(session, actor, command, at)


def stands(engine: Engine, key: str) -> models.Workflow:
    """The workflow's row."""
    with reading(engine) as session:
        return session.exec(select(models.Workflow).where(models.Workflow.key == key)).one()


def rows(engine: Engine, table: type[SQLModel], **values: object) -> list[Any]:
    """The table's rows with these values, in order."""
    with reading(engine) as session:
        return list(session.exec(select(table).filter_by(**values).order_by(col(table.id))))  # type: ignore[attr-defined]


def of_workflow(engine: Engine, table: type[SQLModel], key: str) -> list[Any]:
    """The workflow's rows of a history, in order."""
    return rows(engine, table, workflow_id=stands(engine, key).id)


def traces(engine: Engine) -> dict[str, int]:
    """How many rows each history has, the entries among them: equal before and after when nothing was written."""
    histories: tuple[type[Any], ...] = (
        models.Entry,
        models.StateChange,
        models.ScopeChange,
        models.BlockerEvent,
        models.Note,
        models.WorkflowCheck,
        models.FieldChange,
        models.Blocker,
        models.Workflow,
        models.WorkflowWorkstream,
    )
    with reading(engine) as session:
        return {table.__name__: session.exec(select(func.count()).select_from(table)).one() for table in histories}


def findings(engine: Engine) -> list[str]:
    """What `tracker check` finds."""
    with reading(engine) as session:
        return [finding.text for finding in check.findings(session)]
