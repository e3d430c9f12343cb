"""A small programme of shared workflows, and what people do with their parts."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tests.builders import Flow, a_cycle, a_programme, day, load
from tests.db.acting import NOW, acting, stands
from tracker.commands import signoffs
from tracker.commands.entry.entries import Entry
from tracker.commands.signoffs import PartWish
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.db import models, parts
from tracker.db.engine import reading
from tracker.db.migrations import upgrade
from tracker.domain.people import Actor
from tracker.domain.signoffs.part_timeline import POSITIONS
from tracker.domain.states import CycleStatus, Goal, PartEventKind, State

SHARED, OLD, NOT_YET, DONE, ALONE, ARCHIVED = (f"LAB-{number:03}" for number in range(1, 7))
DESIGN, VALIDATION, TEST = Goal
JOINED, LEFT, SIGNED, WITHDRAWN, WAIVED = PartEventKind
Said = tuple[str, str | None, str]  # of a row: whose part, of which stage, what became of it


def prepared(engine: Engine) -> None:
    """All of LAB. LKM takes part in all but one, RTG in the first; nobody has signed. Cycle 1 is closed, 2 runs."""
    upgrade(engine)
    lkm: Any = {"workstream": "LAB", "others": ("LKM",)}
    programme = a_programme(
        Flow(SHARED, workstream="LAB", others=("LKM", "RTG")).to(State.DESIGN, day(55)).to(State.VALIDATION, day(60)),
        Flow(OLD, **lkm).to(State.DESIGN, day(20)),
        Flow(NOT_YET, **lkm).in_cycle(2, at=day(47)),
        Flow(DONE, **lkm).to(State.TEST, day(55)).to(State.DONE, day(62)),
        Flow(ALONE, workstream="LAB").to(State.TEST, day(55)),
        Flow(ARCHIVED, archived_at=day(10), **lkm),
        cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)],
    )
    load(engine, replace(programme, parts=[row for row in programme.parts if row.stage is None]))


class Given(TypedDict, total=False):
    """Where and how something is wished of a part. The lead of LAB wishes it unless told."""

    key: str
    actor: Actor | None
    at: datetime
    state: State | None
    on: date | None
    note: str


def write(
    engine: Engine,
    event: PartEventKind,
    workstream: str = "LKM",
    stage: Goal | None = VALIDATION,
    **given: Unpack[Given],
) -> bool:
    """As a page does; without a state, from the present one."""
    key, note = given.get("key", SHARED), given.get("note", "") or "Görs inte här" * (event is WAIVED)
    state = given.get("state") or stands(engine, key).state
    wish = PartWish(workstream, event, stage if event.is_of_stage else None, state, given.get("on"), note)
    with acting(engine, given.get("actor"), given.get("at", NOW), "sign_part") as (session, entry):
        return signoffs.write(session, entry, key, wish)


class Wanted(TypedDict, total=False):
    """Of a move."""

    without_parts: str
    happened_on: date


def move(
    engine: Engine,
    to: State,
    key: str = SHARED,
    *,
    actor: Actor | None = None,
    at: datetime = NOW,
    **wanted: Unpack[Wanted],
) -> None:
    """From the present version."""
    with acting(engine, actor, at, "move") as (session, entry):
        moves.move(session, entry, key, Move(to, stands(engine, key).version, reason="other", **wanted))


def take_back(engine: Engine, key: str = SHARED) -> None:
    """The workflow's latest move."""
    with acting(engine, command="take_back") as (session, entry):
        moves.undo(session, entry, key, version=stands(engine, key).version)


def undo(engine: Engine, actor: Actor | None = None, number: int | None = None) -> tuple[int, int, list[str]]:
    """Takes an entry back, the latest unless told: how many were, needed nothing, and why others were left."""
    with acting(engine, actor, command="take_back_entry") as (session, entry):
        result = undo_entries.undo(session, entry, number or latest_entry(session))
        return len(result.done), len(result.unchanged), [str(left.error) for left in result.left]


def latest_entry(session: Session) -> int:
    """Its number."""
    return session.exec(select(models.Programme.revision)).one()


def said(engine: Engine, key: str = SHARED, since: int = 0) -> list[Said]:
    """The rows of its parts in order, less the first."""
    return [
        (row.workstream_code, row.stage and row.stage.value, row.event.value) for row in part_rows(engine, key)[since:]
    ]


def part_rows(engine: Engine, key: str = SHARED) -> list[models.PartEvent]:
    """In order."""
    in_order = select(models.PartEvent).where(models.PartEvent.workflow_id == stands(engine, key).id)
    with reading(engine) as session:
        return list(session.exec(in_order.order_by(col(models.PartEvent.id))))


def stand(engine: Engine, workstream: str = "LKM", stage: Goal = VALIDATION, key: str = SHARED) -> PartEventKind:
    """What the part comes to."""
    workflow = stands(engine, key)
    assert workflow.id is not None
    with reading(engine) as session:
        return parts.timeline(session, workflow.id, "LAB").last.event((workstream, POSITIONS[stage]))


def all_signed(session: Session, entry: Entry, key: str, *workstreams: str) -> bool:
    """In one go."""
    return signoffs.sign_all(session, entry, key, workstreams)
