"""Who takes part in a workflow is written as joining and leaving, wherever it is changed."""

from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from tests.builders import day
from tests.db.acting import (
    BACKDATE_DAYS,
    NOW,
    acting,
    lead,
    of_workflow,
    planner,
    shared_lead,
    stands,
    traces,
)
from tests.db.signoffs.acts import (
    DONE,
    JOINED,
    LEFT,
    NOT_YET,
    OLD,
    SHARED,
    SIGNED,
    WAIVED,
    move,
    part_rows,
    said,
    stand,
    undo,
    write,
)
from tracker.commands.imports import workflows as workflow_imports
from tracker.commands.imports.plan import Planned
from tracker.commands.imports.workflows import COMMAND
from tracker.commands.workflows import fields, moves
from tracker.commands.workflows.moves import When
from tracker.db import models
from tracker.db.engine import reading
from tracker.domain.errors import ConflictError, InvalidError
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.reading import read_table
from tracker.domain.imports.table import Table
from tracker.domain.states import Goal, PartEventKind, State
from tracker.domain.workflows import WorkflowFields

LKM_JOINED, LKM_LEFT, RTG_JOINED = ("LKM", None, "joined"), ("LKM", None, "left"), ("RTG", None, "joined")


def others(engine: Engine, key: str) -> list[str]:
    """As the cache has them."""
    with reading(engine) as session:
        _, codes = moves.streams_of(session, stands(engine, key))
    return codes


def edit(engine: Engine, key: str, wanted: str = "LKM RTG", was: str = "LKM") -> None:
    """As the form does."""
    with acting(engine, command="edit_workflow") as (session, entry):
        fields.edit(session, entry, key, {"other_workstreams": wanted}, {"other_workstreams": was})


def imported(engine: Engine, *rows: str) -> list[Planned]:
    """As people do it, who have seen the preview."""
    table = a_table(*rows)
    with acting(engine, planner(engine), command=COMMAND) as (session, entry):
        plan = workflow_imports.carry_out(session, entry, table, Choices(), seen=None, without_refused=True)
    return list(plan.rows)


def a_table(*rows: str) -> Table:
    """Of these rows."""
    return read_table("\n".join(["key;name;workstream;state;other workstreams", *rows]).encode())


def test_joining_and_leaving_are_written_and_kept_in_the_cache(programme: Engine) -> None:
    assert write(programme, JOINED, "RTG", key=OLD)
    assert not write(programme, JOINED, "RTG", key=OLD)
    assert write(programme, LEFT, "LKM", key=OLD)
    assert not write(programme, LEFT, "LKM", key=OLD)
    assert said(programme, OLD) == [LKM_JOINED, RTG_JOINED, LKM_LEFT]
    assert others(programme, OLD) == ["RTG"]


def test_one_that_left_keeps_what_it_signed(programme: Engine) -> None:
    write(programme, SIGNED, actor=shared_lead(programme))
    write(programme, LEFT)
    with pytest.raises(InvalidError):
        write(programme, WAIVED)
    write(programme, JOINED)
    assert stand(programme) is SIGNED


def test_a_date_comes_after_the_latest_of_state_and_part(programme: Engine) -> None:
    write(programme, LEFT, on=day(70).date())
    with pytest.raises(InvalidError) as refused:
        write(programme, JOINED, on=day(69).date())
    assert refused.value.field == "happened_on"
    write(programme, JOINED, on=day(70).date())
    left, joined = part_rows(programme)[-2:]
    assert joined.happened_at == left.happened_at + timedelta(seconds=1)
    assert "LKM" in others(programme, SHARED)
    with pytest.raises(InvalidError):
        write(programme, JOINED, "RTG", key=DONE, on=day(61).date())


@pytest.mark.parametrize("way", ["page", "form", "import", "undo"])
def test_nobody_joins_what_is_done(programme: Engine, way: str) -> None:
    if way == "undo":
        write(programme, LEFT, key=NOT_YET)
        number = part_rows(programme, NOT_YET)[-1].entry_id
        move(programme, State.DONE, NOT_YET)
        before = traces(programme)
        _, _, left = undo(programme, number=number)
        assert left == ["LAB-003 is done, so LKM cannot take part any more."]
        assert traces(programme) == before
        return
    before = traces(programme)
    if way == "import":
        (row,) = imported(programme, f"{DONE};;;;LKM RTG")
        assert [str(each.error) for each in row.problems] == ["LAB-004 is done, so RTG cannot take part any more."]
    else:
        act = partial(write, programme, JOINED, "RTG", key=DONE) if way == "page" else partial(edit, programme, DONE)
        with pytest.raises(ConflictError, match="done"):
            act()
    assert traces(programme) == before


def test_leaving_what_is_done_is_open_to_its_owner(programme: Engine) -> None:
    assert write(programme, LEFT, key=DONE)
    assert others(programme, DONE) == []


def test_the_field_of_the_form_writes_who_joined_and_left(programme: Engine) -> None:
    edit(programme, OLD, "RTG", "LKM")
    assert said(programme, OLD) == [LKM_JOINED, RTG_JOINED, LKM_LEFT]
    assert {row.entry_id for row in part_rows(programme, OLD)[1:]} == {
        row.entry_id for row in of_workflow(programme, models.FieldChange, OLD)
    }
    assert undo(programme) == (1, 0, [])
    assert others(programme, OLD) == ["LKM"]
    assert said(programme, OLD)[3:] == [LKM_JOINED, ("RTG", None, "left")]


def test_those_given_at_the_creation_join_then(programme: Engine) -> None:
    with acting(programme) as (session, entry):
        key = fields.create(session, entry, "LAB", WorkflowFields("Ny", other_workstreams=("RTG", "LKM"))).key
    created = stands(programme, key).created_at
    assert [(row.workstream_code, row.event, row.happened_at) for row in part_rows(programme, key)] == [
        ("LKM", JOINED, created),
        ("RTG", JOINED, created),
    ]


@pytest.mark.parametrize("event", [JOINED, LEFT])
def test_joining_and_leaving_are_undone(programme: Engine, event: PartEventKind) -> None:
    before = others(programme, SHARED)
    if event is JOINED:
        write(programme, LEFT, "RTG", actor=planner(programme))
        before = others(programme, SHARED)
    write(programme, event, "RTG")
    assert undo(programme) == (1, 0, [])
    assert others(programme, SHARED) == before


def test_an_import_writes_who_joined_and_left(programme: Engine) -> None:
    imported(programme, f"{OLD};;;;RTG", ";Ny;LAB;design;LKM RTG")
    assert said(programme, OLD) == [LKM_JOINED, RTG_JOINED, LKM_LEFT]
    assert said(programme, "LAB-007") == [LKM_JOINED, RTG_JOINED]
    assert undo(programme, planner(programme))[2] == []
    assert others(programme, OLD) == ["LKM"]


def test_an_import_makes_nothing_done_whose_parts_are_open(programme: Engine) -> None:
    for stage in Goal:
        write(programme, WAIVED, stage=stage, key=NOT_YET)
    rows = imported(programme, f"{SHARED};;;done;", f"{NOT_YET};;;done;", f"{OLD};;;done;RTG", ";Ny;LAB;done;LKM")
    refused = {row.key or row.name: [str(problem.error) for problem in row.problems] for row in rows if row.problems}
    assert refused == {
        key: [f"{key} has open parts: {codes}. Wait for them, or write why it is done without them."]
        for key, codes in ((SHARED, "LKM, RTG"), (OLD, "RTG"), ("Ny", "LKM"))
    }
    assert stands(programme, NOT_YET).state is State.DONE


def test_a_row_that_leaves_alone_what_is_done_is_not_asked_for_its_parts(programme: Engine) -> None:
    (row,) = imported(programme, f"{DONE};Nytt namn;;;LKM")
    assert row.problems == ()
    assert stands(programme, DONE).name == "Nytt namn"


def test_a_preview_takes_nine_statements(programme: Engine) -> None:
    when = When(lead(programme), NOW, ZoneInfo("Europe/Stockholm"), BACKDATE_DAYS)
    with reading(programme) as session:
        workflow_imports.plan(session, a_table(f"{OLD};;;done;"), Choices(), when)
        assert session.execute(select(func.count(col(models.PartEvent.id)))).scalar_one() == 6
