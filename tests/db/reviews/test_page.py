"""The rows of a review, and the preview of what its close reports."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from tests.bench.board import statements_of
from tests.builders import Flow, a_cycle, a_programme, day, load
from tests.databases import Databases
from tests.db import reviewing
from tests.db.acting import acting, findings, lead, planner
from tests.db.reviewing import (
    BLOCKED,
    CLOSE,
    LESSER,
    LONG_HELD,
    OTHERS,
    SHARED,
    TWICE,
    UNMET,
    carry,
    close,
    decide_all,
    give_back,
    propose,
    seen,
)
from tests.db.reviews.test_closes import move
from tracker.commands import reviews
from tracker.db.engine import reading
from tracker.db.models import Reported
from tracker.domain.files.figure_files import cells_text
from tracker.domain.programme.rows import ProjectRow, WorkstreamRow
from tracker.domain.reviews import Member
from tracker.domain.states import CycleStatus, Goal, State
from tracker.queries.reviews import review as review_queries
from tracker.queries.reviews.review import Part, Review


@pytest.fixture
def programme(databases: Databases) -> Iterator[Engine]:
    engine = databases.restored(reviewing.prepared)
    yield engine
    assert findings(engine) == []


def review(engine: Engine, number: int = 2) -> Review:
    with reading(engine) as session:
        found = review_queries.review(session, number)
    assert found is not None
    return found


def part(engine: Engine, code: str = "LAB") -> Part:
    return next(part for part in review(engine).parts if part.code == code)


def keys(members: tuple[Member, ...]) -> list[str]:
    return [member.key for member in members]


def test_each_workstream_has_its_part(programme: Engine) -> None:
    found = review(programme)
    assert (found.status, found.into, found.fingerprint, found.undecided, found.ready) == (
        CycleStatus.RUNNING,
        3,
        seen(programme),
        4,
        0,
    )
    assert [(part.code, part.undecided, len(part.members)) for part in found.parts] == [
        ("LAB", 3, 5),
        ("LKM", 0, 0),
        ("RTG", 1, 1),
    ]
    lab = part(programme)
    assert (keys(lab.unmet), keys(lab.going_on), keys(lab.lapsed)) == ([UNMET, TWICE, BLOCKED], [LESSER], [])
    blocked = lab.unmet[2]
    assert [(blocker.id, blocker.title) for blocker in blocked.blockers] == [
        (LONG_HELD, "Ny release"),
        (SHARED, "Beslut saknas"),
    ]
    assert (blocked.state, blocked.goal, blocked.times_carried) == (State.VALIDATION, Goal.VALIDATION, 0)


def test_exceptions_come_first(programme: Engine) -> None:
    member = part(programme).unmet[2]
    assert member.default is not None
    propose(programme, BLOCKED, member.default)
    propose(programme, TWICE, give_back())
    assert keys(part(programme).unmet) == [UNMET, TWICE, BLOCKED]
    propose(programme, UNMET, give_back())
    assert keys(part(programme).unmet) == [UNMET, TWICE, BLOCKED]


def test_lapsed_proposals_and_ready_workstreams_are_told(programme: Engine) -> None:
    propose(programme, UNMET, carry())
    move(programme, UNMET, State.DONE)
    for actor, code in (lead(programme), "LAB"), (planner(programme), "RTG"):
        with acting(programme, actor, CLOSE) as (session, entry):
            reviews.mark_ready(session, entry, 2, code)
    assert keys(part(programme).lapsed) == [UNMET]
    assert (review(programme).ready, len(review(programme).parts)) == (2, 3)


def test_workstreams_of_projects_that_have_not_joined_have_no_part(engine: Engine) -> None:
    projects = [ProjectRow("A", "A"), ProjectRow("B", "B", first_cycle=3)]
    streams = [WorkstreamRow("LKM", "Läkemedel", "", "A"), WorkstreamRow("DRS", "Driftstart", "", "B")]
    cycles = [a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING)]
    load(engine, a_programme(Flow(), projects=projects, workstreams=streams, cycles=cycles))
    assert [part.code for part in review(engine).parts] == ["LKM"]


def test_there_is_no_review_of_what_is_no_cycle(programme: Engine) -> None:
    with reading(programme) as session:
        assert review_queries.review(session, 9) is None
        assert [review_queries.preview(session, number, CLOSE) for number in (1, 3, 9)] == [[], [], []]


def test_the_preview_is_what_the_close_keeps(programme: Engine) -> None:
    decide_all(programme)
    with reading(programme) as session:
        # The close is recorded after the five proposals, which were made at the same clock.
        rows = review_queries.preview(session, 2, CLOSE + timedelta(microseconds=5))
    close(programme)
    with reading(programme) as session:
        of_close = Reported.cycle_number == 2, Reported.file == "workstream_summary"
        kept = session.exec(select(Reported).where(*of_close)).all()
    assert {row.workstream or "": json.loads(cells_text(row)) for row in rows} == {
        row.row_key: json.loads(row.cells) for row in kept
    }


def test_the_preview_takes_what_is_undecided_as_it_is_proposed(programme: Engine) -> None:
    propose(programme, OTHERS, give_back())
    with reading(programme) as session:
        total = review_queries.preview(session, 2, CLOSE + timedelta(seconds=1))[-1]
    assert (total.met, total.carried_out, total.returned, total.dropped) == (2, 3, 1, 0)


@pytest.mark.parametrize("workflows", [2, 60])
def test_statements_do_not_grow_with_the_members(engine: Engine, workflows: int) -> None:
    flows = [Flow(f"LKM-{number:03}").in_cycle(2).held(1, day(60)) for number in range(1, workflows + 1)]
    cycles = [a_cycle(1, CycleStatus.CLOSED), a_cycle(2, CycleStatus.RUNNING), a_cycle(3)]
    load(engine, a_programme(*flows, cycles=cycles))
    with reading(engine) as session:
        assert len(statements_of(engine, lambda: review_queries.review(session, 2))) == 1 + 8
        assert len(statements_of(engine, lambda: review_queries.review(session, 2))) == 1
        seen_by_driver_too = 5 + 5  # besides the three histories
        assert len(statements_of(engine, lambda: review_queries.preview(session, 2, CLOSE))) == seen_by_driver_too
