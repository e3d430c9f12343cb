"""Making cycles, writing over their dates, and committing them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from tests.builders import OFFICE, Flow, a_cycle, a_programme, day, load
from tests.db.acting import (
    BACKLOG,
    NOW,
    RUNNING,
    acting,
    findings,
    lead,
    planner,
    rows,
    somebody,
    stands,
    traces,
    viewer,
)
from tests.db.workflows.test_scope import enter, membership
from tracker.commands import cycles
from tracker.db import models
from tracker.db.engine import reading
from tracker.domain.cycles.dates import Dates, proposed
from tracker.domain.cycles.fields import FIELDS, CycleFields
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from tracker.domain.fields import texts_of
from tracker.domain.merging import FieldConflictError
from tracker.domain.people import Actor
from tracker.domain.states import CycleStatus, Goal, Role
from tracker.queries import figures

THIRD = a_cycle(3)


def cycle(engine: Engine, number: int) -> models.Cycle:
    with reading(engine) as session:
        return session.exec(select(models.Cycle).where(models.Cycle.number == number)).one()


def create(engine: Engine, dates: Dates, goal: str = "", actor: Actor | None = None) -> models.Cycle:
    with acting(engine, actor or planner(engine)) as (session, entry):
        return cycles.create(session, entry, CycleFields(dates, goal))


def edit(
    engine: Engine, number: int, wanted: dict[str, str], was: dict[str, str] | None = None, actor: Actor | None = None
) -> list[str]:
    seen = texts_of(cycle(engine, number), FIELDS) if was is None else was
    with acting(engine, actor or planner(engine)) as (session, entry):
        return cycles.edit(session, entry, number, wanted, {name: seen.get(name, "") for name in wanted})


def commit(engine: Engine, number: int, actor: Actor | None = None) -> models.Cycle:
    with acting(engine, actor or planner(engine)) as (session, entry):
        return cycles.commit(session, entry, number)


def changes(engine: Engine, number: int) -> list[tuple[str, str, str]]:
    return [(row.field, row.before, row.after) for row in rows(engine, models.CycleChange, cycle_number=number)]


def test_the_next_cycle_is_a_draft_with_the_next_number(programme: Engine) -> None:
    dates = proposed([Dates(THIRD.starts_on, THIRD.ends_on)], today=NOW.date())
    create(programme, dates, "  Allt i test ")
    made = cycle(programme, 4)
    assert (made.status, made.committed_at, made.closed_at, made.goal) == (CycleStatus.DRAFT, None, None, "Allt i test")
    assert made.starts_on == THIRD.ends_on + timedelta(days=1)
    assert (made.starts_on, made.ends_on, made.planning_starts_on, made.planning_ends_on) == (
        dates.starts_on,
        dates.ends_on,
        dates.planning_starts_on,
        dates.planning_ends_on,
    )
    assert create(programme, proposed([dates], today=NOW.date())).number == 5


def test_the_first_cycle_has_number_1(engine: Engine) -> None:
    load(engine, a_programme(Flow(actor=OFFICE), cycles=[]))
    assert create(engine, Dates(date(2024, 1, 1), date(2024, 1, 1))).number == 1


def test_a_cycle_that_cannot_be_is_refused_and_makes_nothing(programme: Engine) -> None:
    before = traces(programme)
    with pytest.raises(InvalidError, match="do not overlap") as refusal:
        create(programme, Dates(THIRD.ends_on, THIRD.ends_on))
    assert refusal.value.field == "starts_on"
    with pytest.raises(InvalidError) as refusal:
        create(programme, Dates(date(2024, 1, 1), date(2024, 1, 1)), "två\nrader")
    assert refusal.value.field == "goal"
    assert traces(programme) == before
    assert len(rows_of_cycles(programme)) == 3


def rows_of_cycles(engine: Engine) -> list[models.Cycle]:
    with reading(engine) as session:
        return list(session.exec(select(models.Cycle)))


def test_fields_are_written_over_and_what_was_there_is_kept(programme: Engine) -> None:
    wanted = {"goal": "Klart före sommaren", "ends_on": "2023-06-18", "planning_starts_on": "", "planning_ends_on": " "}
    assert edit(programme, 3, wanted) == list(wanted)
    third = cycle(programme, 3)
    assert (third.goal, third.ends_on) == ("Klart före sommaren", date(2023, 6, 18))
    assert (third.planning_starts_on, third.planning_ends_on) == (None, None)
    assert changes(programme, 3)[:2] == [
        ("goal", "", "Klart före sommaren"),
        ("ends_on", THIRD.ends_on.isoformat(), "2023-06-18"),
    ]


def test_what_is_so_already_writes_nothing(programme: Engine) -> None:
    before = traces(programme)
    assert edit(programme, 3, texts_of(cycle(programme, 3), FIELDS)) == []
    assert traces(programme) == before


def test_two_who_edit_are_merged_or_shown_both_texts(programme: Engine) -> None:
    seen = texts_of(cycle(programme, 3), FIELDS)
    edit(programme, 3, {"goal": "Ett mål"}, seen)
    edit(programme, 3, {**seen, "ends_on": "2023-06-18"}, seen)
    assert (cycle(programme, 3).goal, cycle(programme, 3).ends_on) == ("Ett mål", date(2023, 6, 18))
    with pytest.raises(FieldConflictError) as refusal:
        edit(programme, 3, {"goal": "Ett annat mål", "planning_starts_on": "2023-05-02"}, seen)
    theirs = refusal.value.conflicts["goal"]
    assert (theirs.value, theirs.actor, theirs.at) == ("Ett mål", "Programkontoret", NOW)
    assert cycle(programme, 3).planning_starts_on == THIRD.planning_starts_on


def test_dates_that_merge_into_what_cannot_be_are_refused(programme: Engine) -> None:
    seen = texts_of(cycle(programme, 3), FIELDS)
    edit(programme, 3, {"starts_on": "2023-05-15"}, seen)
    with pytest.raises(InvalidError, match="before the first"):
        edit(programme, 3, {"ends_on": "2023-05-14"}, seen)


def test_the_dates_of_the_running_cycle_may_be_corrected_and_those_of_a_closed_one_stand(programme: Engine) -> None:
    edit(programme, 2, {"ends_on": "2023-05-05", "goal": "Längre"})
    assert cycle(programme, 2).ends_on == date(2023, 5, 5)
    for field in ("starts_on", "ends_on", "planning_starts_on", "planning_ends_on"):
        with pytest.raises(ConflictError, match="its dates stand") as refusal:
            edit(programme, 1, {field: "2023-01-29"})
        assert refusal.value.field == field
    assert edit(programme, 1, {"goal": "Rättat stavfel"}) == ["goal"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("starts_on", ""),
        ("ends_on", "i går"),
        ("ends_on", "3000-01-01"),
        ("planning_ends_on", "2023-02-30"),
        ("goal", "x" * 201),
        ("status", "closed"),
        ("number", "7"),
    ],
)
def test_wrong_fields_are_named(programme: Engine, field: str, text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        edit(programme, 3, {field: text})
    assert refusal.value.field == field


def test_only_planners_make_edit_and_commit(programme: Engine) -> None:
    before = traces(programme)
    everybody = somebody(programme, Role.LEAD)
    for actor in (lead(programme), viewer(programme), replace(everybody, all_workstreams=True)):
        acts: list[Callable[[], object]] = [
            lambda actor=actor: create(programme, Dates(date(2024, 1, 1), date(2024, 1, 1)), actor=actor),  # type: ignore[misc]
            lambda actor=actor: edit(programme, 3, {"goal": "Mål"}, actor=actor),  # type: ignore[misc]
            lambda actor=actor: commit(programme, 3, actor),  # type: ignore[misc]
        ]
        for act in acts:
            with pytest.raises(NotAllowedError):
                act()
    assert traces(programme) == before


@pytest.mark.parametrize("number", [0, 9, -1, 2**31, 2**70])
def test_unknown_cycles_are_not_found(programme: Engine, number: int) -> None:
    with pytest.raises(NotFoundError):
        commit(programme, number)
    with acting(programme, planner(programme)) as (session, entry), pytest.raises(NotFoundError):
        cycles.edit(session, entry, number, {"goal": "Mål"}, {"goal": ""})


def test_one_cycle_runs_at_a_time(programme: Engine) -> None:
    before = traces(programme)
    for number, words in (3, "Cycle 2 is running"), (2, "committed already"), (1, "Cycle 1 is closed"):
        with pytest.raises(ConflictError, match=words):
            commit(programme, number)
    assert traces(programme) == before


def test_what_is_planned_is_committed_at_the_instant_of_the_entry(engine: Engine) -> None:
    load(engine, a_programme(cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2)]))
    before = len(rows(engine, models.Entry))
    with acting(engine, planner(engine), day(60)) as (session, entry):
        committed = cycles.commit(session, entry, 2)
    assert (committed.status, committed.committed_at) == (CycleStatus.RUNNING, day(60))
    assert len(rows(engine, models.Entry)) == before + 1
    with reading(engine) as session:
        (row,) = [row for row in figures.cycle_summary(session, day(61)) if row.cycle == 2]
    assert (row.status, row.committed, row.carried_in, row.added) == (CycleStatus.RUNNING, 2, 1, 0)
    assert findings(engine) == []


def test_drafts_are_committed_in_order(engine: Engine) -> None:
    load(engine, a_programme(cycles=[a_cycle(1, CycleStatus.CLOSED), a_cycle(2), a_cycle(3)]))
    with pytest.raises(ConflictError, match="Cycle 2 comes first"):
        commit(engine, 3)


def test_a_commit_comes_after_the_close_before_it(engine: Engine) -> None:
    """A bulk load can hold a close that no entry bears."""
    late = replace(a_cycle(1, CycleStatus.CLOSED), closed_at=NOW)
    load(engine, a_programme(cycles=[late, a_cycle(2)]))
    with pytest.raises(ConflictError, match="closed later than now"):
        commit(engine, 2)


def test_members_of_a_draft_are_untouched_by_its_edits(programme: Engine) -> None:
    enter(programme, BACKLOG, 3, Goal.DESIGN)
    version = stands(programme, BACKLOG).version
    edit(programme, 3, {"ends_on": "2023-06-20"})
    assert (membership(programme, BACKLOG), stands(programme, BACKLOG).version) == ((3, Goal.DESIGN), version)
    assert membership(programme, RUNNING) == (2, Goal.TEST)
