"""Moving workflows and taking moves back: what is allowed, what is written, and what is refused untouched."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from tests.builders import Flow, a_cycle, a_programme, day, load
from tests.databases import Databases
from tracker.commands.entry.entries import open_entry
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import BlockedError, Move, StaleError
from tracker.db import models
from tracker.db.engine import reading, transaction
from tracker.db.migrations import upgrade
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, TrackerError
from tracker.domain.people import Actor
from tracker.domain.states import CycleStatus, Role, State

NOW = day(75)  # in cycle 2, which runs from day 50 on
LEAD = Actor(1, "Projektledare SIDU", Role.LEAD, frozenset({"LAB"}))
OTHER_LEAD = Actor(1, "Projektledare SIDU", Role.LEAD, frozenset({"LKM"}))
PLANNER = Actor(1, "Projektledare SIDU", Role.PLANNER)
VIEWER = Actor(1, "Projektledare SIDU", Role.VIEWER)

Act = Callable[..., object]


def prepared(engine: Engine) -> None:
    """LAB-001 in design, LAB-002 held by a blocker in test, LAB-003 done; cycle 1 is closed and 2 runs."""
    upgrade(engine)
    lab = {"workstream": "LAB"}
    load(
        engine,
        a_programme(
            Flow("LAB-001", **lab).to(State.DESIGN, day(60)),  # type: ignore[arg-type]
            Flow("LAB-002", **lab).to(State.TEST, day(55)).held(1, day(56)),  # type: ignore[arg-type]
            Flow("LAB-003", **lab).to(State.TEST, day(20)).to(State.DONE, day(40)),  # type: ignore[arg-type]
            Flow("LAB-004", archived_at=day(10), **lab),  # type: ignore[arg-type]
            cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)],
        ),
    )


@pytest.fixture
def programme(databases: Databases) -> Engine:
    return databases.restored(prepared)


def move(engine: Engine, key: str, to: State, *, actor: Actor = LEAD, at: datetime = NOW, **wanted: object) -> None:
    """Moves as an edge does; without a version, from the present one."""
    with transaction(engine) as session:
        version = wanted.pop("version", None) or stands(engine, key).version
        entry = open_entry(session, actor, "move", at)
        moves.move(session, entry, key, Move(to, version, **wanted))  # type: ignore[arg-type]


def undo_move(engine: Engine, key: str, *, actor: Actor = LEAD, version: int | None = None) -> None:
    """Takes the latest change back as an edge does."""
    with transaction(engine) as session:
        entry = open_entry(session, actor, "take_back", NOW)
        moves.undo(session, entry, key, version=version or stands(engine, key).version)


def stands(engine: Engine, key: str) -> models.Workflow:
    """The workflow's row."""
    with reading(engine) as session:
        return session.exec(select(models.Workflow).where(models.Workflow.key == key)).one()


def rows(engine: Engine) -> tuple[int, int]:
    """How many changes there are, and the programme's revision."""
    with reading(engine) as session:
        changes = session.exec(select(func.count(col(models.StateChange.id)))).one()
        return changes, session.exec(select(models.Programme.revision)).one()


def latest(session: Session) -> models.StateChange:
    """The row recorded last."""
    return session.exec(select(models.StateChange).order_by(col(models.StateChange.id).desc())).first()  # type: ignore[return-value]


@pytest.mark.parametrize("to", [State.VALIDATION, State.TEST, State.DONE])
def test_a_move_on_writes_one_row_and_the_state_together(programme: Engine, to: State) -> None:
    before, revision = rows(programme)
    version = stands(programme, "LAB-001").version
    move(programme, "LAB-001", to, note="Klart i dag")
    assert rows(programme) == (before + 1, revision + 1)
    workflow = stands(programme, "LAB-001")
    assert (workflow.state, workflow.state_since, workflow.version) == (to, NOW, version + 1)
    with reading(programme) as session:
        row = latest(session)
        assert (row.from_state, row.to_state, row.happened_at, row.recorded_at) == (State.DESIGN, to, NOW, NOW)
        assert (row.note, row.entry_id) == ("Klart i dag", revision + 1)


def test_a_move_to_where_it_is_writes_nothing_even_from_an_old_version(programme: Engine) -> None:
    before = rows(programme)
    move(programme, "LAB-001", State.DESIGN, version=99)
    assert rows(programme) == before


def test_a_move_back_needs_a_reason(programme: Engine) -> None:
    with pytest.raises(InvalidError) as refusal:
        move(programme, "LAB-001", State.NOT_STARTED)
    assert refusal.value.field == "reason"
    move(programme, "LAB-001", State.NOT_STARTED, reason="changed_requirement")
    assert stands(programme, "LAB-001").state is State.NOT_STARTED


def test_what_is_held_by_a_blocker_goes_anywhere_but_into_done(programme: Engine) -> None:
    with pytest.raises(BlockedError, match="Etikettskrivare saknas"):
        move(programme, "LAB-002", State.DONE)
    move(programme, "LAB-002", State.VALIDATION, reason="failed_test")
    assert stands(programme, "LAB-002").state is State.VALIDATION


def test_a_date_means_noon_and_is_kept_beside_the_moment_of_recording(programme: Engine) -> None:
    move(programme, "LAB-001", State.VALIDATION, happened_on=date(2023, 4, 3))
    with reading(programme) as session:
        row = latest(session)
    assert row.happened_at == datetime(2023, 4, 3, 10, 0, tzinfo=UTC)
    assert row.recorded_at == NOW


@pytest.mark.parametrize(
    ("on", "actor", "refused"),
    [
        (date(2023, 3, 30), LEAD, None),  # the day of the latest change
        (date(2023, 3, 29), LEAD, InvalidError),  # before the latest change
        (date(2023, 3, 29), PLANNER, InvalidError),
        (date(2023, 4, 15), LEAD, InvalidError),  # in the future
    ],
)
def test_nothing_happens_before_the_latest_change_nor_in_the_future(
    programme: Engine, on: date, actor: Actor, refused: type[TrackerError] | None
) -> None:
    def act() -> None:
        move(programme, "LAB-001", State.VALIDATION, happened_on=on, actor=actor)

    if refused is None:
        act()
        assert stands(programme, "LAB-001").state is State.VALIDATION
    else:
        with pytest.raises(refused):
            act()


def test_leads_date_back_to_the_running_cycles_first_day_and_planners_further(engine: Engine) -> None:
    load(
        engine,
        a_programme(
            Flow("LAB-001", workstream="LAB").to(State.DESIGN, day(2)),
            cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)],
        ),
    )
    with pytest.raises(InvalidError, match="2023-03-20"):
        move(engine, "LAB-001", State.VALIDATION, happened_on=date(2023, 3, 19))
    with pytest.raises(NotAllowedError, match="before a cycle was closed"):
        move(engine, "LAB-001", State.VALIDATION, happened_on=date(2023, 3, 17))
    move(engine, "LAB-001", State.VALIDATION, happened_on=date(2023, 3, 20))
    move(engine, "LAB-001", State.TEST, happened_on=date(2023, 3, 20), actor=PLANNER)
    with reading(engine) as session:
        assert latest(session).happened_at == datetime(2023, 3, 20, 11, 0, 1, tzinfo=UTC)


def test_in_a_young_cycle_leads_date_back_fourteen_days(engine: Engine) -> None:
    load(engine, a_programme(Flow("LAB-001", workstream="LAB"), cycles=[a_cycle(2, CycleStatus.RUNNING)]))
    young = datetime(2023, 3, 22, 9, 0, tzinfo=UTC)
    with pytest.raises(InvalidError, match="2023-03-08"):
        move(engine, "LAB-001", State.DESIGN, happened_on=date(2023, 3, 7), at=young)
    move(engine, "LAB-001", State.DESIGN, happened_on=date(2023, 3, 8), at=young)


def test_planners_correct_what_a_closed_cycle_said(programme: Engine) -> None:
    with pytest.raises(NotAllowedError):
        undo_move(programme, "LAB-003")
    undo_move(programme, "LAB-003", actor=PLANNER)
    move(programme, "LAB-003", State.DONE, happened_on=date(2023, 3, 1), actor=PLANNER)
    assert stands(programme, "LAB-003").state_since == datetime(2023, 3, 1, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize("actor", [OTHER_LEAD, VIEWER])
@pytest.mark.parametrize(
    "act",
    [
        lambda engine, actor: move(engine, "LAB-001", State.TEST, actor=actor),
        lambda engine, actor: undo_move(engine, "LAB-001", actor=actor),
    ],
)
def test_only_leads_of_the_owning_workstream_and_planners_write(programme: Engine, actor: Actor, act: Act) -> None:
    before = rows(programme)
    with pytest.raises(NotAllowedError, match="LAB"):
        act(programme, actor)
    assert rows(programme) == before


def test_an_old_version_changes_nothing(programme: Engine) -> None:
    seen = stands(programme, "LAB-001").version
    move(programme, "LAB-001", State.VALIDATION)
    before = rows(programme)
    with pytest.raises(StaleError):
        move(programme, "LAB-001", State.TEST, version=seen)
    with pytest.raises(StaleError):
        undo_move(programme, "LAB-001", version=seen)
    assert rows(programme) == before


def test_taking_back_gives_the_state_before_and_keeps_the_row(programme: Engine) -> None:
    move(programme, "LAB-001", State.TEST)
    before, _ = rows(programme)
    undo_move(programme, "LAB-001")
    workflow = stands(programme, "LAB-001")
    assert (workflow.state, workflow.state_since) == (State.DESIGN, day(60))
    assert rows(programme)[0] == before + 1
    with reading(programme) as session:
        row = latest(session)
        assert (row.from_state, row.to_state, row.happened_at) == (None, None, row.recorded_at)


def test_everything_but_the_creation_can_be_undone_one_after_another(programme: Engine) -> None:
    move(programme, "LAB-001", State.TEST)
    undo_move(programme, "LAB-001")
    undo_move(programme, "LAB-001")
    assert stands(programme, "LAB-001").state is State.NOT_STARTED
    with pytest.raises(ConflictError, match="creation"):
        undo_move(programme, "LAB-001")


def test_nothing_is_taken_back_into_done_while_a_blocker_holds(engine: Engine) -> None:
    flow = Flow("LAB-001", workstream="LAB").to(State.TEST, day(51)).to(State.DONE, day(52))
    load(engine, a_programme(flow.to(State.TEST, day(60), reason="failed_test").held(1, day(61))))
    with pytest.raises(BlockedError):
        undo_move(engine, "LAB-001")


def test_unknown_and_archived_workflows_are_refused(programme: Engine) -> None:
    with pytest.raises(NotFoundError, match="XXX-001"):
        move(programme, "XXX-001", State.TEST, version=1)
    with pytest.raises(ConflictError, match="archived"):
        move(programme, "LAB-004", State.TEST)


def test_recorded_order_is_commit_order_even_when_the_clock_goes_back(programme: Engine) -> None:
    move(programme, "LAB-001", State.VALIDATION)
    move(programme, "LAB-001", State.TEST, at=NOW - timedelta(hours=1))
    with reading(programme) as session:
        recorded = session.exec(select(models.Entry.recorded_at).order_by(col(models.Entry.id))).all()
    assert recorded == sorted(set(recorded))
    assert recorded[-1] == NOW + timedelta(microseconds=1)


def test_a_reader_sees_one_state_of_the_database_while_others_write(programme: Engine) -> None:
    with reading(programme) as session:
        before = session.exec(select(models.Programme.revision)).one()
        move(programme, "LAB-001", State.TEST)
        assert session.exec(select(models.Programme.revision)).one() == before
    assert rows(programme)[1] == before + 1
