"""Done takes every part, or words, which waive what is open; taking that back opens it again."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.builders import day
from tests.db.acting import NOW, acting, lead, of_workflow, planner, shared_lead, stands, traces
from tests.db.signoffs.acts import (
    ALONE,
    DESIGN,
    DONE,
    LEFT,
    NOT_YET,
    OLD,
    SHARED,
    SIGNED,
    TEST,
    VALIDATION,
    WAIVED,
    WITHDRAWN,
    all_signed,
    move,
    part_rows,
    said,
    stand,
    take_back,
    undo,
    write,
)
from tracker.commands import board
from tracker.commands.board import Update
from tracker.commands.entry.batch_results import each
from tracker.commands.workflows import fields, moves
from tracker.commands.workflows.moves import Move
from tracker.commands.workflows.parts import WithoutPartsError
from tracker.db import models
from tracker.domain.errors import ConflictError
from tracker.domain.states import State
from tracker.domain.workflows import WorkflowFields

WORDS = "Provas i nästa cykel"
ALL_OF_LKM = [("LKM", stage.value, "waived") for stage in (DESIGN, VALIDATION, TEST)]


def test_done_without_the_parts_of_others_is_refused_with_what_is_open(programme: Engine) -> None:
    write(programme, SIGNED, actor=shared_lead(programme))
    write(programme, WAIVED, "RTG", DESIGN)
    before = traces(programme), said(programme)
    with pytest.raises(WithoutPartsError) as refused:
        move(programme, State.DONE)
    assert refused.value.field == "without_parts"
    assert set(refused.value.open_parts) == {("LKM", DESIGN), ("RTG", VALIDATION), ("LKM", TEST), ("RTG", TEST)}
    assert str(refused.value).startswith("LAB-001 has open parts: LKM, RTG.")
    assert (traces(programme), said(programme)) == before


def test_words_waive_what_is_open_in_the_same_entry_and_at_the_same_instant(programme: Engine) -> None:
    write(programme, SIGNED, stage=DESIGN, actor=shared_lead(programme), at=NOW - timedelta(days=2))
    move(programme, State.DONE, without_parts=WORDS)
    change, waived = of_workflow(programme, models.StateChange, SHARED)[-1], part_rows(programme)[3:]
    assert {(row.workstream_code, row.stage) for row in waived} == {
        *(("LKM", stage) for stage in (VALIDATION, TEST)),
        *(("RTG", stage) for stage in (DESIGN, VALIDATION, TEST)),
    }
    assert {(row.event, row.note, row.entry_id) for row in waived} == {(WAIVED, WORDS, change.entry_id)}
    assert {row.happened_at for row in waived} == {change.happened_at}


def test_a_part_that_has_a_later_row_is_waived_a_second_after_that_one(programme: Engine) -> None:
    latest = NOW - timedelta(hours=1)
    write(programme, SIGNED, stage=DESIGN, actor=shared_lead(programme), at=latest)
    move(programme, State.DONE, without_parts=WORDS, happened_on=day(70).date(), at=NOW)
    moved = of_workflow(programme, models.StateChange, SHARED)[-1].happened_at
    assert {row.workstream_code: row.happened_at for row in part_rows(programme)[3:]} == {
        "LKM": latest + timedelta(seconds=1),
        "RTG": moved,
    }


def test_nothing_is_waived_in_the_future(programme: Engine) -> None:
    write(programme, SIGNED, stage=DESIGN, actor=shared_lead(programme))
    move(programme, State.DONE, without_parts=WORDS)
    for row in part_rows(programme):
        assert row.happened_at <= row.recorded_at


def test_words_are_needed_only_where_something_is_open(programme: Engine) -> None:
    move(programme, State.DONE, ALONE)
    for stage in (DESIGN, VALIDATION, TEST):
        write(programme, WAIVED, stage=stage, key=OLD)
    move(programme, State.DONE, OLD, without_parts=WORDS)
    assert [row.note for row in part_rows(programme, OLD)[1:]] == ["Görs inte här"] * 3
    write(programme, LEFT, key=NOT_YET)
    move(programme, State.DONE, NOT_YET)
    assert said(programme, NOT_YET)[1:] == [("LKM", None, "left")]


def test_a_signature_that_lapsed_is_open_again(programme: Engine) -> None:
    with acting(programme, shared_lead(programme), NOW - timedelta(hours=2)) as (session, entry):
        all_signed(session, entry, SHARED, "LKM")
    move(programme, State.DESIGN)
    with pytest.raises(WithoutPartsError) as refused:
        move(programme, State.DONE)
    assert [part for part in refused.value.open_parts if part[0] == "LKM"] == [
        ("LKM", stage) for stage in (DESIGN, VALIDATION, TEST)
    ]


def test_moves_on_that_are_not_into_done_ask_for_nothing(programme: Engine) -> None:
    move(programme, State.TEST)
    assert stands(programme, SHARED).state is State.TEST


def test_in_a_batch_those_with_open_parts_are_left_with_the_cause(programme: Engine) -> None:
    with acting(programme, command="batch_move") as (session, entry):
        versions = {key: stands(programme, key).version for key in (SHARED, ALONE, OLD)}
        result = each(
            versions,
            lambda key: moves.move(session, entry, key, Move(State.DONE, versions[key])).state is State.DONE,
        )
    assert (result.done, [left.key for left in result.left]) == ((ALONE,), [SHARED, OLD])
    assert all(isinstance(left.error, WithoutPartsError) for left in result.left)


def test_rows_of_the_list_are_saved_with_their_words(programme: Engine) -> None:
    version = stands(programme, OLD).version
    with acting(programme, command="save_rows") as (session, entry):
        assert len(board.save(session, entry, [Update(OLD, version, State.DONE)]).left) == 1
        assert board.save(session, entry, [Update(OLD, version, State.DONE, without_parts=WORDS)]).done == (OLD,)
    assert said(programme, OLD)[1:] == ALL_OF_LKM


def test_taking_the_move_back_opens_what_was_waived_with_it_and_nothing_else(programme: Engine) -> None:
    write(programme, WAIVED, stage=DESIGN, key=OLD)
    move(programme, State.DONE, OLD, without_parts=WORDS)
    take_back(programme, OLD)
    assert stands(programme, OLD).state is State.DESIGN
    assert [stand(programme, stage=stage, key=OLD) for stage in (DESIGN, VALIDATION, TEST)] == [
        WAIVED,
        WITHDRAWN,
        WITHDRAWN,
    ]
    taken, opened = of_workflow(programme, models.StateChange, OLD)[-1], part_rows(programme, OLD)[-2:]
    assert {row.entry_id for row in opened} == {taken.entry_id}


def test_undoing_the_entry_does_the_same(programme: Engine) -> None:
    move(programme, State.DONE, OLD, without_parts=WORDS)
    assert undo(programme, lead(programme)) == (1, 0, [])
    assert said(programme, OLD)[1:] == [*ALL_OF_LKM, *((code, stage, "withdrawn") for code, stage, _ in ALL_OF_LKM)]
    assert undo(programme, lead(programme), of_workflow(programme, models.StateChange, OLD)[-2].entry_id) == (0, 1, [])


def test_what_somebody_signed_after_all_stays_signed(programme: Engine) -> None:
    move(programme, State.DONE, OLD, without_parts=WORDS)
    write(programme, SIGNED, stage=TEST, key=OLD, actor=shared_lead(programme))
    take_back(programme, OLD)
    assert stand(programme, stage=TEST, key=OLD) is SIGNED
    assert stand(programme, stage=DESIGN, key=OLD) is WITHDRAWN


def test_every_stage_may_be_signed_once_done(programme: Engine) -> None:
    with acting(programme, planner(programme)) as (session, entry):
        assert all_signed(session, entry, DONE, "LKM")
    assert [part[1] for part in said(programme, DONE)[1:]] == ["design", "validation", "test"]


def test_nothing_is_made_done_with_parts_of_others(programme: Engine) -> None:
    before = traces(programme)
    wanted = WorkflowFields("Ny", other_workstreams=("LKM",))
    with pytest.raises(ConflictError), acting(programme) as (session, entry):
        fields.create(session, entry, "LAB", wanted, state=State.DONE)
    assert traces(programme) == before
