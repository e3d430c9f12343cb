"""Many at once: what can be done is done, and one word takes back what an entry did."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.builders import Flow, a_cycle, a_programme, day, load
from tests.db.acting import (
    ARCHIVED,
    BACKLOG,
    BLOCKER,
    DONE,
    DRAFTED,
    FREE,
    HELD,
    MET,
    OTHERS,
    RUNNING,
    acting,
    findings,
    lead,
    of_workflow,
    planner,
    rows,
    shared_lead,
    stands,
    stranger,
    traces,
)
from tracker.commands import blockers, notes
from tracker.commands.entry import batch_results
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.entry.entries import Entry
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves, scope
from tracker.commands.workflows.moves import BlockedError, Move
from tracker.db import models
from tracker.domain.blockers import BlockerFields
from tracker.domain.errors import (
    BusyError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    TrackerError,
)
from tracker.domain.people import Actor
from tracker.domain.states import BlockerCategory, CycleStatus, Goal, HoldEvent, State
from tracker.domain.workflows import WorkflowFields

Act = Callable[[Session, Entry], object]


def do(engine: Engine, *acts: Act, actor: Actor | None = None) -> int:
    """Does it all under one entry, and gives the entry's id."""
    with acting(engine, actor) as (session, entry):
        for act in acts:
            act(session, entry)
            session.flush()
        return entry.id


def move(key: str, to: State, happened_on: date | None = None) -> Act:
    def act(session: Session, entry: Entry) -> object:
        version = moves.the_workflow(session, key)[0].version
        return moves.move(session, entry, key, Move(to, version, happened_on, "other"))

    return act


def hold(*keys: str) -> Act:
    return lambda session, entry: blockers.hold(session, entry, BLOCKER, keys)


def release(*keys: str) -> Act:
    return lambda session, entry: blockers.release(session, entry, BLOCKER, keys or None, note="Löst")


def own(key: str, owner: str) -> Act:
    return lambda session, entry: workflow_fields.own(session, entry, key, owner)


def edit_blocker(title: str, was: str) -> Act:
    return lambda session, entry: blockers.edit(session, entry, BLOCKER, {"title": title}, {"title": was})


def undo_entry(engine: Engine, entry_id: int, *, actor: Actor | None = None) -> BatchResult:
    with acting(engine, actor) as (session, entry):
        return undo_entries.undo(session, entry, entry_id)


def causes(outcome: BatchResult) -> dict[str, type[TrackerError]]:
    return {left.key: type(left.error) for left in outcome.left}


def held(engine: Engine) -> list[str]:
    with acting(engine) as (session, _):
        return blockers.held_keys(session, BLOCKER)


def test_each_key_is_tried_once_and_a_refusal_keeps_none_of_the_rest() -> None:
    tried: list[str] = []

    def what(key: str) -> bool:
        tried.append(key)
        if key == "c":
            raise ConflictError(key)
        return key != "b"

    outcome = batch_results.each(["a", "b", "c", "a", "d", "c"], what)
    assert tried == ["a", "b", "c", "d"]
    assert (outcome.done, outcome.unchanged, causes(outcome)) == (("a", "d"), ("b",), {"c": ConflictError})


def test_a_database_that_fails_fails_the_whole() -> None:
    def what(_: str) -> bool:
        raise BusyError("busy")

    with pytest.raises(BusyError):
        batch_results.each(["a"], what)


def test_a_batch_of_moves_does_what_it_can_and_is_taken_back_by_one_word(programme: Engine) -> None:
    keys = [FREE, BACKLOG, HELD, DONE, ARCHIVED, OTHERS, RUNNING]
    before = {key: (stands(programme, key).state, stands(programme, key).state_since) for key in keys}
    with acting(programme) as (session, entry):
        batch = entry.id

        def to_done(key: str) -> bool:
            workflow, _ = moves.the_workflow(session, key)
            was = workflow.state
            to = Move(State.DONE, workflow.version, without_parts="Utan delar")
            return moves.move(session, entry, key, to).state is not was

        outcome = batch_results.each(keys, to_done)
    assert (outcome.done, outcome.unchanged) == ((FREE, BACKLOG, RUNNING), (DONE,))
    assert causes(outcome) == {HELD: BlockedError, ARCHIVED: ConflictError, OTHERS: NotAllowedError}
    count = traces(programme)
    assert undo_entry(programme, batch) == BatchResult((FREE, BACKLOG, RUNNING), (), ())
    assert {key: (stands(programme, key).state, stands(programme, key).state_since) for key in keys} == before
    after = traces(programme)
    assert after == count | {"Entry": count["Entry"] + 1, "StateChange": count["StateChange"] + 3}
    assert undo_entry(programme, batch) == BatchResult((), (FREE, BACKLOG, RUNNING), ())
    assert traces(programme) == after


def test_what_somebody_moved_since_is_left_and_told(programme: Engine) -> None:
    batch = do(programme, move(FREE, State.TEST), move(BACKLOG, State.DESIGN), move(RUNNING, State.TEST))
    do(programme, move(FREE, State.VALIDATION), actor=planner(programme))
    do(programme, hold(BACKLOG), actor=planner(programme))  # no move: in nobody's way
    with acting(programme) as (session, entry):
        moves.undo(session, entry, RUNNING, version=stands(programme, RUNNING).version)
    outcome = undo_entry(programme, batch)
    assert (outcome.done, outcome.unchanged, causes(outcome)) == ((BACKLOG,), (RUNNING,), {FREE: ConflictError})
    text = str(outcome.left[0].error)
    assert "LAB-001 has been moved since, and is in validation: Programkontoret, 2023-04-14" in text
    assert stands(programme, FREE).state is State.VALIDATION


def test_holds_are_released_and_releases_held_again(programme: Engine) -> None:
    batch = do(programme, hold(FREE, BACKLOG))
    assert held(programme) == [FREE, HELD, BACKLOG]
    assert undo_entry(programme, batch).done == (FREE, BACKLOG)
    assert held(programme) == [HELD]
    batch = do(programme, release())
    assert undo_entry(programme, batch).done == (HELD,)
    assert held(programme) == [HELD]
    assert [(row.event, row.note) for row in of_workflow(programme, models.BlockerEvent, HELD)][1:] == [
        (HoldEvent.RELEASED, "Löst"),
        (HoldEvent.HELD, "Återtaget"),
    ]
    assert undo_entry(programme, batch).unchanged == (HELD,)


def test_a_raised_blocker_is_resolved_again(programme: Engine) -> None:
    fields = BlockerFields("Fel rubrik", BlockerCategory.OTHER)
    batch = do(
        programme,
        lambda session, entry: blockers.raise_blocker(session, entry, fields, [FREE, BACKLOG]),
    )
    assert undo_entry(programme, batch, actor=planner(programme)).done == (FREE, BACKLOG)
    assert of_workflow(programme, models.BlockerEvent, FREE)[-1].event is HoldEvent.RELEASED


def test_a_hold_that_was_released_and_set_again_since_is_left(programme: Engine) -> None:
    batch = do(programme, hold(FREE, BACKLOG))
    do(programme, release(FREE, BACKLOG))
    do(programme, hold(FREE), actor=planner(programme))
    outcome = undo_entry(programme, batch)
    assert (outcome.unchanged, causes(outcome)) == ((BACKLOG,), {FREE: ConflictError})
    assert "Etikettskrivare saknas" in str(outcome.left[0].error)


def test_a_release_and_the_move_into_done_that_it_allowed_come_back_together(programme: Engine) -> None:
    batch = do(programme, release(HELD), move(HELD, State.DONE), own(HELD, "Ny ägare"))
    assert stands(programme, HELD).state is State.DONE
    assert undo_entry(programme, batch).done == (HELD,)
    now = stands(programme, HELD)
    assert (now.state, now.owner, held(programme)) == (State.TEST, "", [HELD])


def test_a_move_out_of_done_and_its_hold_come_back_together(programme: Engine) -> None:
    batch = do(programme, move(DONE, State.TEST), hold(DONE))
    assert undo_entry(programme, batch).done == (DONE,)
    assert (stands(programme, DONE).state, held(programme)) == (State.DONE, [HELD])


def test_nothing_comes_back_into_done_while_another_blocker_holds(programme: Engine) -> None:
    batch = do(programme, move(DONE, State.TEST), own(DONE, "Ny ägare"))
    do(programme, hold(DONE))
    before = traces(programme)
    assert causes(undo_entry(programme, batch)) == {DONE: BlockedError}
    assert traces(programme) == before
    assert stands(programme, DONE).owner == "Ny ägare"


def test_what_became_done_since_is_not_held_again(programme: Engine) -> None:
    batch = do(programme, release(HELD))
    do(programme, move(HELD, State.DONE))
    outcome = undo_entry(programme, batch)
    assert causes(outcome) == {HELD: ConflictError}
    assert "is done" in str(outcome.left[0].error)


def test_fields_are_written_back_unless_somebody_wrote_over_them(programme: Engine) -> None:
    batch = do(
        programme, own(FREE, "Min"), own(BACKLOG, "Min"), own(MET, "Min"), own(DRAFTED, "Min"), own(RUNNING, "Min")
    )
    do(programme, own(BACKLOG, "Andras"), own(MET, ""), own(DRAFTED, "Andras"), actor=planner(programme))
    do(programme, own(DRAFTED, "Min"), actor=planner(programme))  # what I wrote, but newer
    outcome = undo_entry(programme, batch)
    assert (outcome.done, outcome.unchanged) == ((FREE, RUNNING), (MET,))
    assert causes(outcome) == {BACKLOG: ConflictError, DRAFTED: ConflictError}
    assert "written over since: Programkontoret" in str(outcome.left[0].error)
    assert [stands(programme, key).owner for key in (FREE, BACKLOG, DRAFTED)] == ["", "Andras", "Min"]
    assert [(row.before, row.after) for row in of_workflow(programme, models.FieldChange, FREE)] == [
        ("", "Min"),
        ("Min", ""),
    ]


def test_an_edit_of_many_fields_and_of_a_blocker_is_taken_back(programme: Engine) -> None:
    def edit(session: Session, entry: Entry) -> object:
        was = {"name": "Beställa läkemedel", "priority": "", "other_workstreams": "LKM"}
        wanted = {"name": "Nytt", "priority": "1", "other_workstreams": "RTG"}
        return workflow_fields.edit(session, entry, FREE, wanted, was)

    before = stands(programme, FREE)
    assert undo_entry(programme, do(programme, edit)).done == (FREE,)
    assert stands(programme, FREE) == before
    with acting(programme) as (session, _):
        assert workflow_fields.texts_of(session, moves.the_workflow(session, FREE)[0])["other_workstreams"] == "LKM"
    entry_id = do(programme, edit_blocker("Ny rubrik", "Etikettskrivare saknas"), actor=shared_lead(programme))
    assert undo_entry(programme, entry_id, actor=shared_lead(programme)).done == ("Ny rubrik",)
    assert undo_entry(programme, entry_id, actor=shared_lead(programme)).unchanged == ("Etikettskrivare saknas",)
    entry_id = do(programme, edit_blocker("Ny rubrik", "Etikettskrivare saknas"))
    do(programme, edit_blocker("Nyare rubrik", "Ny rubrik"))
    assert causes(undo_entry(programme, entry_id)) == {"Nyare rubrik": ConflictError}
    assert rows(programme, models.Blocker, id=BLOCKER)[0].title == "Nyare rubrik"


def test_notes_and_checks_stay(programme: Engine) -> None:
    entry_id = do(
        programme,
        lambda session, entry: notes.write(session, entry, "Kvar", key=FREE),
        lambda session, entry: notes.check(session, entry, BACKLOG),
    )
    before = traces(programme)
    assert undo_entry(programme, entry_id) == BatchResult((), (), ())
    assert traces(programme) == before


@pytest.mark.parametrize(
    ("act", "key", "words"),
    [
        (
            lambda session, entry: workflow_fields.create(session, entry, "LAB", WorkflowFields("Ny")),
            "LAB-009",
            "creation",
        ),
        (lambda session, entry: workflow_fields.archive(session, entry, FREE, version=2), FREE, "archived"),
        (lambda session, entry: scope.enter(session, entry, BACKLOG, 3, Goal.TEST, version=1), BACKLOG, "cycle of"),
    ],
)
def test_creation_archiving_and_scope_stay_as_they_are(programme: Engine, act: Act, key: str, words: str) -> None:
    entry_id = do(programme, act)
    before = traces(programme)
    outcome = undo_entry(programme, entry_id)
    assert causes(outcome) == {key: ConflictError}
    assert words in str(outcome.left[0].error)
    assert traces(programme) == before


def test_of_a_bulk_load_only_what_is_one_move_is_taken_back(engine: Engine) -> None:
    at = day(51)
    once, twice = Flow("LAB-001", workstream="LAB"), Flow("LAB-002", workstream="LAB")
    twice.to(State.DESIGN, at).to(State.TEST, at)
    load(engine, a_programme(once.to(State.DESIGN, at), twice, cycles=[a_cycle(2, CycleStatus.RUNNING)]))
    (loaded,) = {row.entry_id for row in rows(engine, models.StateChange) if row.recorded_at == at}
    outcome = undo_entry(engine, loaded)
    assert (outcome.done, causes(outcome)) == (("LAB-001",), {"LAB-002": ConflictError})
    assert findings(engine) == []


def test_taking_back_what_was_taken_back_is_a_move(programme: Engine) -> None:
    batch = do(programme, move(FREE, State.TEST))
    undo_entry(programme, batch)
    outcome = undo_entry(programme, rows(programme, models.Entry)[-1].id)
    assert causes(outcome) == {FREE: ConflictError}
    assert "Move it again" in str(outcome.left[0].error)


def test_everybody_takes_back_their_own_and_planners_anybodys(programme: Engine) -> None:
    batch = do(programme, move(FREE, State.TEST), actor=planner(programme))
    before = traces(programme)
    with pytest.raises(NotAllowedError, match="others did"):
        undo_entry(programme, batch)
    for number in (10_000, 0, -1, 2**31, 2**70):
        with pytest.raises(NotFoundError):
            undo_entry(programme, number, actor=planner(programme))
    assert traces(programme) == before
    batch = do(programme, move(FREE, State.VALIDATION), hold(FREE), own(BACKLOG, "Min"))
    assert causes(undo_entry(programme, batch, actor=stranger(programme))) == {
        FREE: NotAllowedError,
        BACKLOG: NotAllowedError,
    }
    assert causes(undo_entry(programme, batch, actor=shared_lead(programme))) == {
        FREE: NotAllowedError,
        BACKLOG: NotAllowedError,
    }
    assert undo_entry(programme, batch, actor=planner(programme)).done == (FREE, BACKLOG)
    held_by_shared = do(programme, hold(FREE), actor=shared_lead(programme))
    assert undo_entry(programme, held_by_shared, actor=shared_lead(programme)).done == (FREE,)


def test_what_happened_before_a_close_is_taken_back_by_planners_alone(programme: Engine) -> None:
    corrected = do(programme, move(BACKLOG, State.DESIGN, happened_on=date(2023, 3, 10)), actor=planner(programme))
    entry = rows(programme, models.Entry, id=corrected)[0]
    planner_as_lead = Actor(entry.actor_id, "Programkontoret", lead(programme).role, frozenset({"LAB"}))
    assert causes(undo_entry(programme, corrected, actor=planner_as_lead)) == {BACKLOG: NotAllowedError}
    assert undo_entry(programme, corrected, actor=planner(programme)).done == (BACKLOG,)


def test_accounts_are_nobodys_to_take_back_here(programme: Engine) -> None:
    def rename(session: Session, entry: Entry) -> None:
        entry.add(models.FieldChange(account_id=1, field="role", before="lead", after="viewer", entry_id=entry.id))

    entry_id = do(programme, rename)
    assert undo_entry(programme, entry_id) == BatchResult((), (), ())
