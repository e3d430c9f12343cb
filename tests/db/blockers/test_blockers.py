"""Blockers: raised on one or many, released, held again, edited; and when that happened."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.builders import day
from tests.db.acting import (
    ARCHIVED,
    BACKLOG,
    BLOCKER,
    DONE,
    FREE,
    HELD,
    NOW,
    OTHERS,
    RESOLVED,
    RUNNING,
    acting,
    lead,
    of_workflow,
    planner,
    rows,
    shared_lead,
    stands,
    stranger,
    traces,
    viewer,
)
from tracker.commands import blockers
from tracker.commands.entry.batch_results import BatchResult
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import BlockedError, Move
from tracker.db import models
from tracker.domain.blockers import FIELDS, BlockerFields
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, TrackerError
from tracker.domain.merging import FieldConflictError
from tracker.domain.people import Actor
from tracker.domain.states import BlockerCategory, HoldEvent, State

PRINTER = BlockerFields("Skrivare saknas", BlockerCategory.EQUIPMENT)
WAS = dict.fromkeys(FIELDS, "") | {
    "title": "Etikettskrivare saknas",
    "category": "equipment",
    "owner": "Testledare",
}
TODAY = date(2023, 4, 14)


def raise_blocker(
    engine: Engine,
    keys: Sequence[str],
    fields: BlockerFields = PRINTER,
    *,
    actor: Actor | None = None,
    happened_on: date | None = None,
    note: str = "",
) -> tuple[int, BatchResult]:
    with acting(engine, actor) as (session, entry):
        return blockers.raise_blocker(session, entry, fields, keys, happened_on=happened_on, note=note)


def hold(
    engine: Engine,
    keys: Sequence[str],
    *,
    blocker: int = BLOCKER,
    actor: Actor | None = None,
    at: datetime = NOW,
    happened_on: date | None = None,
    note: str = "",
) -> BatchResult:
    with acting(engine, actor, at) as (session, entry):
        return blockers.hold(session, entry, blocker, keys, happened_on=happened_on, note=note)


def release(
    engine: Engine,
    keys: Sequence[str] | None = None,
    *,
    blocker: int = BLOCKER,
    actor: Actor | None = None,
    happened_on: date | None = None,
    note: str = "",
) -> BatchResult:
    with acting(engine, actor) as (session, entry):
        return blockers.release(session, entry, blocker, keys, note=note, happened_on=happened_on)


def edit(
    engine: Engine,
    wanted: Mapping[str, str],
    *,
    blocker: int = BLOCKER,
    actor: Actor | None = None,
    was: Mapping[str, str] = WAS,
) -> list[str]:
    with acting(engine, actor) as (session, entry):
        return blockers.edit(session, entry, blocker, wanted, was)


def move(engine: Engine, key: str, to: State, reason: str = "") -> None:
    with acting(engine) as (session, entry):
        wanted = Move(to, stands(engine, key).version, reason=reason)
        moves.move(session, entry, key, wanted)


def causes(outcome: BatchResult) -> dict[str, type[TrackerError]]:
    return {left.key: type(left.error) for left in outcome.left}


def held(engine: Engine, blocker: int = BLOCKER) -> list[str]:
    with acting(engine) as (session, _):
        return blockers.held_keys(session, blocker)


def test_a_blocker_is_raised_on_many_and_each_gets_a_new_version(programme: Engine) -> None:
    fields = BlockerFields(
        " Beslut om skrivare ",
        BlockerCategory.DECISION,
        "Printer decision",
        "Sektionsledare",
        "Lånad\r\nskrivare",
        "Styrgruppen",
        date(2023, 5, 2),
    )
    versions = {key: stands(programme, key).version for key in (FREE, BACKLOG)}
    number, outcome = raise_blocker(programme, [FREE, BACKLOG, FREE], fields, note="Sedan i går")
    assert outcome == BatchResult((FREE, BACKLOG), (), ())
    (made,) = rows(programme, models.Blocker, id=number)
    assert (made.title, made.title_en, made.category, made.owner, made.mitigation, made.decider, made.decide_by) == (
        "Beslut om skrivare",
        "Printer decision",
        BlockerCategory.DECISION,
        "Sektionsledare",
        "Lånad\nskrivare",
        "Styrgruppen",
        date(2023, 5, 2),
    )
    for key in (FREE, BACKLOG):
        (event,) = of_workflow(programme, models.BlockerEvent, key)
        assert (event.event, event.happened_at, event.recorded_at, event.note) == (
            HoldEvent.HELD,
            NOW,
            NOW,
            "Sedan i går",
        )
        assert stands(programme, key).version == versions[key] + 1


def test_it_holds_what_it_can_and_the_rest_is_left_with_its_cause(programme: Engine) -> None:
    number, outcome = raise_blocker(programme, [DONE, FREE, ARCHIVED, "XXX-001", OTHERS])
    assert outcome.done == (FREE,)
    assert causes(outcome) == {
        DONE: ConflictError,
        ARCHIVED: ConflictError,
        "XXX-001": NotFoundError,
        OTHERS: NotAllowedError,
    }
    assert held(programme, number) == [FREE]


def test_a_blocker_that_could_hold_nothing_is_not_made(programme: Engine) -> None:
    before = traces(programme)
    with pytest.raises(ConflictError, match="LAB-003 is done"):
        raise_blocker(programme, [DONE, ARCHIVED])
    with pytest.raises(InvalidError) as refusal:
        raise_blocker(programme, [])
    assert refusal.value.field == "workflow"
    assert traces(programme) == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title_en": "x" * 201}, "title_en"),
        ({"owner": "a\x07b"}, "owner"),
        ({"decider": "x" * 201}, "decider"),
        ({"mitigation": "x" * 10_001}, "mitigation"),
        ({"category": "weather"}, "category"),
        ({"decide_by": "2 maj"}, "decide_by"),
        ({"decide_by": "2023-02-30"}, "decide_by"),
    ],
)
def test_each_wrong_field_is_named(programme: Engine, wrong: dict[str, str], field: str) -> None:
    before = traces(programme)
    with pytest.raises(InvalidError) as refusal:
        edit(programme, wrong)
    assert refusal.value.field == field
    if field != "decide_by":
        fields: Any = {"title": "Skrivare", "category": BlockerCategory.OTHER} | wrong
        with pytest.raises(InvalidError) as refusal:
            raise_blocker(programme, [FREE], BlockerFields(**fields))
        assert refusal.value.field == field
    for act in (
        lambda: raise_blocker(programme, [FREE], note="x" * 10_001),
        lambda: hold(programme, [FREE], note="\0"),
    ):
        with pytest.raises(InvalidError) as refusal:
            act()
        assert refusal.value.field == "note"
    assert traces(programme) == before


def test_what_it_holds_already_is_unchanged_and_so_is_releasing_what_it_does_not(programme: Engine) -> None:
    before = traces(programme)
    assert hold(programme, [HELD]) == BatchResult((), (HELD,), ())
    assert release(programme, [FREE, BACKLOG], note="Löst") == BatchResult((), (FREE, BACKLOG), ())
    assert release(programme, None, blocker=RESOLVED, note="Löst") == BatchResult((), (), ())
    assert traces(programme) == before


def test_releasing_the_last_one_needs_a_text_and_without_it_nothing_is_released(programme: Engine) -> None:
    hold(programme, [FREE, BACKLOG])
    assert release(programme, [FREE]) == BatchResult((FREE,), (), ())
    before = traces(programme)
    for keys in ([HELD, BACKLOG], [HELD, BACKLOG, FREE], None):
        with pytest.raises(InvalidError) as refusal:
            release(programme, keys, note=" \n")
        assert refusal.value.field == "note"
    assert traces(programme) == before
    assert release(programme, None, note="Skrivaren kom") == BatchResult((HELD, BACKLOG), (), ())
    assert held(programme) == []
    last = of_workflow(programme, models.BlockerEvent, HELD)[-1]
    assert (last.event, last.happened_at, last.note) == (HoldEvent.RELEASED, last.recorded_at, "Skrivaren kom")


def test_what_cannot_be_released_keeps_the_blocker_open_without_a_text(programme: Engine) -> None:
    hold(programme, [OTHERS], actor=planner(programme))
    outcome = release(programme)
    assert (outcome.done, causes(outcome)) == ((HELD,), {OTHERS: NotAllowedError})
    assert held(programme) == [OTHERS]


def test_holding_again_opens_it_again(programme: Engine) -> None:
    release(programme, note="Löst")
    assert hold(programme, [HELD, FREE], note="Trasig igen") == BatchResult((HELD, FREE), (), ())
    assert held(programme) == [FREE, HELD]


def test_done_and_held_never_meet(programme: Engine) -> None:
    assert causes(hold(programme, [DONE])) == {DONE: ConflictError}
    with pytest.raises(BlockedError):
        move(programme, HELD, State.DONE)
    release(programme, note="Löst")
    move(programme, HELD, State.DONE)
    assert causes(hold(programme, [HELD])) == {HELD: ConflictError}
    move(programme, DONE, State.TEST, "failed_test")
    assert hold(programme, [DONE]).done == (DONE,)


@pytest.mark.parametrize(
    ("on", "happened_at"),
    [
        (date(2023, 4, 3), datetime(2023, 4, 3, 10, tzinfo=UTC)),  # noon in Stockholm
        (TODAY, NOW),  # noon has yet to come
        (date(2023, 3, 20), datetime(2023, 3, 20, 11, tzinfo=UTC)),  # the running cycle's first day, in winter time
        (None, NOW),
    ],
)
def test_a_date_means_noon(programme: Engine, on: date | None, happened_at: datetime) -> None:
    raise_blocker(programme, [FREE], happened_on=on)
    (event,) = of_workflow(programme, models.BlockerEvent, FREE)
    assert (event.happened_at, event.recorded_at) == (happened_at, NOW)


@pytest.mark.parametrize(
    ("on", "of_leads", "of_planners"),
    [
        (date(2023, 4, 15), InvalidError, InvalidError),  # in the future
        (date(2023, 3, 19), InvalidError, None),  # before the running cycle
        (date(2023, 3, 17), NotAllowedError, None),  # cycle 1 was closed later that day
        (date(2022, 12, 29), InvalidError, InvalidError),  # the day before the creation
        (date(2022, 12, 30), NotAllowedError, None),
    ],
)
def test_holds_have_the_day_limits_of_moves(
    programme: Engine, on: date, of_leads: type[TrackerError] | None, of_planners: type[TrackerError] | None
) -> None:
    for actor, refusal in (lead(programme), of_leads), (planner(programme), of_planners):
        outcome = hold(programme, [FREE], happened_on=on, actor=actor)
        assert causes(outcome) == ({} if refusal is None else {FREE: refusal})
        assert all(left.error.field == "happened_on" for left in outcome.left)


def test_an_event_comes_after_the_blockers_latest_on_that_workflow(programme: Engine) -> None:
    on = date(2023, 4, 3)
    outcome = release(programme, [HELD], note="Löst", happened_on=date(2023, 3, 25), actor=planner(programme))
    assert causes(outcome) == {HELD: InvalidError}  # held on 26 March
    raise_blocker(programme, [FREE], happened_on=on)
    number = rows(programme, models.Blocker)[-1].id
    release(programme, [FREE], blocker=number, note="Löst", happened_on=on)
    hold(programme, [FREE], blocker=number, happened_on=on)
    assert [
        (row.event, row.happened_at.minute, row.happened_at.second)
        for row in of_workflow(programme, models.BlockerEvent, FREE)
    ] == [
        (HoldEvent.HELD, 0, 0),
        (HoldEvent.RELEASED, 0, 1),
        (HoldEvent.HELD, 0, 2),
    ]
    assert hold(programme, [FREE], happened_on=on).done == (FREE,)  # another blocker may be as early
    assert of_workflow(programme, models.BlockerEvent, FREE)[-1].happened_at == datetime(2023, 4, 3, 10, tzinfo=UTC)


def test_in_a_young_cycle_holds_go_back_fourteen_days(programme: Engine) -> None:
    young = day(77, 9)
    assert causes(hold(programme, [FREE], happened_on=date(2023, 3, 19), at=young)) == {FREE: InvalidError}
    with acting(programme, at=young) as (session, entry):
        entry.backdate_days = 60
        outcome = blockers.hold(session, entry, BLOCKER, [FREE], happened_on=date(2023, 3, 19))
    assert outcome.done == (FREE,)


def test_leads_of_any_workstream_that_takes_part_raise_and_release(programme: Engine) -> None:
    before = traces(programme)
    for actor in (stranger(programme), viewer(programme)):
        with pytest.raises(NotAllowedError, match="LAB, LKM and planners"):
            raise_blocker(programme, [FREE], actor=actor)
        assert causes(hold(programme, [FREE], actor=actor)) == {FREE: NotAllowedError}
        assert causes(release(programme, None, actor=actor, note="Löst")) == {HELD: NotAllowedError}
        with pytest.raises(NotAllowedError):
            edit(programme, {"title": "Annan rubrik"}, actor=actor)
    assert traces(programme) == before
    number, _ = raise_blocker(programme, [FREE], actor=shared_lead(programme))
    release(programme, None, blocker=number, actor=shared_lead(programme), note="Löst")
    assert causes(hold(programme, [RUNNING], actor=shared_lead(programme))) == {RUNNING: NotAllowedError}
    assert edit(programme, {"title": "Annan rubrik"}, actor=shared_lead(programme)) == ["title"]


def test_an_edit_merges_like_a_workflows(programme: Engine) -> None:
    assert edit(programme, WAS | {"title": "Skrivaren", "decide_by": "2023-05-02"}, actor=planner(programme)) == [
        "title",
        "decide_by",
    ]
    assert edit(programme, WAS | {"mitigation": "Lån", "category": "vendor"}) == ["category", "mitigation"]
    before = traces(programme)
    with pytest.raises(FieldConflictError) as refusal:
        edit(programme, WAS | {"title": "Min rubrik", "owner": "Jag"})
    ((field, theirs),) = refusal.value.conflicts.items()
    assert (field, theirs.value, theirs.actor, theirs.at) == ("title", "Skrivaren", "Programkontoret", NOW)
    assert traces(programme) == before
    (now,) = rows(programme, models.Blocker, id=BLOCKER)
    assert (now.title, now.category, now.mitigation, now.decide_by) == (
        "Skrivaren",
        BlockerCategory.VENDOR,
        "Lån",
        date(2023, 5, 2),
    )
    assert [(row.field, row.before, row.after) for row in rows(programme, models.FieldChange, blocker_id=BLOCKER)] == [
        ("title", "Etikettskrivare saknas", "Skrivaren"),
        ("decide_by", "", "2023-05-02"),
        ("category", "equipment", "vendor"),
        ("mitigation", "", "Lån"),
    ]
    assert edit(programme, {"decide_by": ""}, was=WAS | {"decide_by": "2023-05-02"}) == ["decide_by"]
    with pytest.raises(InvalidError, match="broken"):
        edit(programme, {"workflow": "LAB-001"})


def test_a_resolved_blocker_is_edited_by_those_it_held_last(programme: Engine) -> None:
    assert edit(
        programme,
        {"title": "Beslut fattat"},
        blocker=RESOLVED,
        was=WAS | {"title": "Beslut saknas"},
        actor=stranger(programme),
    ) == ["title"]
    with pytest.raises(NotAllowedError, match="RTG"):
        edit(programme, {"owner": "Jag"}, blocker=RESOLVED)


@pytest.mark.parametrize("number", [99, 0, -1, 2**31, 2**70])
def test_there_is_no_such_blocker(programme: Engine, number: int) -> None:
    for act in (hold, release):
        with pytest.raises(NotFoundError):
            act(programme, [FREE], blocker=number)
    with pytest.raises(NotFoundError):
        edit(programme, {"title": "x"}, blocker=number)


def test_an_archived_workflow_is_neither_held_nor_released(programme: Engine) -> None:
    assert causes(hold(programme, [ARCHIVED])) == {ARCHIVED: ConflictError}
    assert causes(release(programme, [ARCHIVED], note="Löst")) == {ARCHIVED: ConflictError}
