"""Signing parts, waiving them and taking that back: by whom, of what, when, and what is refused untouched."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from tests.builders import day
from tests.db.acting import (
    NOW,
    acting,
    lead,
    planner,
    shared_lead,
    stands,
    stranger,
    traces,
    viewer,
)
from tests.db.signoffs.acts import (
    ALONE,
    ARCHIVED,
    DESIGN,
    JOINED,
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
from tracker.commands.workflows.moves import StaleError
from tracker.domain import calendar
from tracker.domain.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, TrackerError
from tracker.domain.states import Goal, PartEventKind, State

# Of each event: whose part, what comes first, and who may; the lead of the part, the owner's, another one, the office.
RIGHTS = [
    ("LKM", SIGNED, (), "part office"),
    ("LKM", WITHDRAWN, (SIGNED,), "part office"),
    ("LKM", WITHDRAWN, (WAIVED,), "part office"),
    ("LKM", WAIVED, (), "part owner office"),
    ("LAB", SIGNED, (), "owner office"),
    ("LAB", WITHDRAWN, (SIGNED,), "owner office"),
    ("LKM", LEFT, (), "owner office"),
    ("LKM", JOINED, (LEFT,), "owner office"),
]


@pytest.mark.parametrize(("code", "event", "first", "who"), RIGHTS)
def test_those_may_whose_part_it_is_and_nobody_else(
    programme: Engine, code: str, event: PartEventKind, first: tuple[PartEventKind, ...], who: str
) -> None:
    for each in first:
        write(programme, each, code, actor=planner(programme))
    people = {
        "part": shared_lead(programme),
        "owner": lead(programme),
        "other": stranger(programme),
        "office": planner(programme),
        "viewer": viewer(programme),
    }
    before = said(programme)
    for name in people.keys() - set(who.split()):
        with pytest.raises(NotAllowedError):
            write(programme, event, code, actor=people[name])
    assert said(programme) == before
    results = [write(programme, event, code, actor=people[name]) for name in who.split()]
    assert results == [True, *[False] * (len(results) - 1)]
    assert len(said(programme)) == len(before) + 1


@pytest.mark.parametrize(
    ("key", "code", "stage", "event", "field"),
    [
        (SHARED, "LKM", TEST, SIGNED, "stage"),
        (NOT_YET, "LKM", DESIGN, SIGNED, "stage"),
        (NOT_YET, "LAB", DESIGN, SIGNED, "stage"),
        (SHARED, "LKM", None, SIGNED, "stage"),
        (OLD, "RTG", DESIGN, SIGNED, "workstream"),
        (OLD, "RTG", DESIGN, WAIVED, "workstream"),
        (SHARED, "LAB", VALIDATION, WAIVED, "workstream"),
        (OLD, "NEU", None, JOINED, "other_workstreams"),
        (OLD, "LAB", None, JOINED, "other_workstreams"),
    ],
)
def test_only_parts_that_are_due_of_those_who_take_part_are_signed(
    programme: Engine, key: str, code: str, stage: Goal | None, event: PartEventKind, field: str
) -> None:
    before = traces(programme)
    with pytest.raises(InvalidError) as refused:
        write(programme, event, code, stage, key=key, actor=planner(programme))
    assert refused.value.field == field
    assert traces(programme) == before


def test_waiving_takes_words_and_may_be_of_a_stage_to_come(programme: Engine) -> None:
    with pytest.raises(InvalidError) as refused:
        write(programme, WAIVED, note=" ")
    assert refused.value.field == "note"
    assert write(programme, WAIVED, stage=TEST, note="Provas av RTG")
    assert (part_rows(programme)[-1].note, stand(programme, stage=TEST)) == ("Provas av RTG", WAIVED)


def test_nothing_is_signed_of_what_is_not_there_or_put_away(programme: Engine) -> None:
    with pytest.raises(ConflictError), acting(programme) as (session, entry):
        all_signed(session, entry, ARCHIVED, "LKM")
    with pytest.raises(NotFoundError), acting(programme) as (session, entry):
        all_signed(session, entry, "LAB-999", "LKM")


def test_only_another_state_is_a_conflict_and_what_is_so_already_is_not(programme: Engine) -> None:
    with pytest.raises(StaleError):
        write(programme, SIGNED, actor=shared_lead(programme), state=State.DESIGN)
    version = stands(programme, SHARED).version
    assert write(programme, SIGNED, actor=shared_lead(programme))
    assert stands(programme, SHARED).version == version
    before = traces(programme)
    assert not write(programme, SIGNED, actor=shared_lead(programme))
    assert not write(programme, SIGNED, actor=shared_lead(programme), state=State.DESIGN)
    assert not write(programme, WITHDRAWN, stage=DESIGN, actor=shared_lead(programme))
    assert not write(programme, SIGNED, "LAB", DESIGN)  # the state being validation has signed it
    assert traces(programme) == before


def test_either_is_taken_back_and_the_latest_row_counts(programme: Engine) -> None:
    for event in (SIGNED, WAIVED, SIGNED, WITHDRAWN, WAIVED, WITHDRAWN):
        assert write(programme, event, actor=planner(programme))
        assert stand(programme) is event
    assert not write(programme, WITHDRAWN, actor=planner(programme))


def test_a_signature_lapses_by_a_move_back_and_comes_back_with_its_undoing(programme: Engine) -> None:
    write(programme, SIGNED, stage=DESIGN, actor=planner(programme), at=NOW - timedelta(hours=1))
    write(programme, SIGNED, actor=planner(programme), at=NOW - timedelta(hours=1))
    write(programme, WAIVED, "RTG", at=NOW - timedelta(hours=1))
    move(programme, State.DESIGN)
    assert [stand(programme, stage=stage) for stage in (DESIGN, VALIDATION)] == [WITHDRAWN, WITHDRAWN]
    assert stand(programme, "RTG") is WAIVED
    take_back(programme)
    assert [stand(programme, stage=stage) for stage in (DESIGN, VALIDATION)] == [SIGNED, SIGNED]


def test_a_move_on_and_its_undoing_leave_signatures_alone(programme: Engine) -> None:
    write(programme, SIGNED, "LAB")
    write(programme, SIGNED, actor=planner(programme))
    move(programme, State.TEST)
    take_back(programme)
    assert (stand(programme, "LAB"), stand(programme)) == (SIGNED, SIGNED)


def test_a_date_means_noon_or_a_second_after_the_latest_of_state_and_part(programme: Engine) -> None:
    def at(number: int, **wanted: object) -> datetime:
        wanted = {"actor": planner(programme), "on": day(number).date()} | wanted
        assert write(programme, **wanted)  # type: ignore[arg-type]
        return part_rows(programme)[-1].happened_at

    assert at(60, event=SIGNED, stage=DESIGN) == noon(60)
    assert at(70, event=SIGNED) == noon(70)
    assert at(70, event=WITHDRAWN) == noon(70) + timedelta(seconds=1)
    assert at(70, event=WAIVED, workstream="RTG") == noon(70)
    write(programme, SIGNED, actor=planner(programme))
    assert at(75, event=WITHDRAWN) == part_rows(programme)[-1].recorded_at  # noon has yet to come
    for number in (59, 69, 76):
        with pytest.raises(InvalidError) as refused:
            at(number, event=SIGNED)
        assert refused.value.field == "happened_on"


def test_what_happened_before_a_close_is_for_planners_to_enter(programme: Engine) -> None:
    with pytest.raises(NotAllowedError) as refused:
        write(programme, SIGNED, stage=DESIGN, key=OLD, actor=shared_lead(programme), on=day(30).date())
    assert refused.value.field == "happened_on"
    assert write(programme, SIGNED, stage=DESIGN, key=OLD, actor=planner(programme), on=day(30).date())


def test_many_are_signed_at_once_all_that_is_due_of_ones_own(programme: Engine) -> None:
    with acting(programme, shared_lead(programme), command="batch_sign") as (session, entry):
        assert all_signed(session, entry, SHARED, "LKM")
        assert all_signed(session, entry, OLD, "LKM")
        assert not all_signed(session, entry, NOT_YET, "LKM")
        assert not all_signed(session, entry, SHARED, "LKM")
        with pytest.raises(ConflictError):
            all_signed(session, entry, ALONE, "LKM")
    assert said(programme, since=2) == [("LKM", "design", "signed"), ("LKM", "validation", "signed")]
    assert undo(programme, shared_lead(programme)) == (2, 0, [])
    assert [stand(programme, stage=stage) for stage in (DESIGN, VALIDATION)] == [WITHDRAWN, WITHDRAWN]


def test_many_are_signed_for_owner_and_others_by_those_who_lead_them_alone(programme: Engine) -> None:
    with acting(programme, planner(programme)) as (session, entry):
        all_signed(session, entry, SHARED, "LAB", "LKM")
    assert set(said(programme, since=2)) == {
        ("LKM", "design", "signed"),
        ("LKM", "validation", "signed"),
        ("LAB", "validation", "signed"),
    }
    with pytest.raises(TrackerError), acting(programme, stranger(programme)) as (session, entry):
        all_signed(session, entry, OLD, "LKM")


@pytest.mark.parametrize(
    ("events", "then"),
    [((SIGNED,), WITHDRAWN), ((WAIVED,), WITHDRAWN), ((SIGNED, WITHDRAWN), SIGNED), ((SIGNED, WAIVED), SIGNED)],
)
def test_undoing_makes_the_part_as_it_was(
    programme: Engine, events: tuple[PartEventKind, ...], then: PartEventKind
) -> None:
    for event in events:
        write(programme, event, actor=shared_lead(programme))
    assert undo(programme, shared_lead(programme)) == (1, 0, [])
    assert stand(programme) is then


def test_undoing_what_was_signed_anew_leaves_it_lapsed(programme: Engine) -> None:
    hours = timedelta(hours=1)
    write(programme, SIGNED, stage=DESIGN, actor=shared_lead(programme), at=NOW - 3 * hours)
    move(programme, State.DESIGN, at=NOW - 2 * hours)
    write(programme, SIGNED, stage=DESIGN, actor=shared_lead(programme), at=NOW - hours)
    assert undo(programme, shared_lead(programme)) == (1, 0, [])
    assert stand(programme, stage=DESIGN) is WITHDRAWN


def test_undoing_is_left_when_somebody_has_signed_since(programme: Engine) -> None:
    write(programme, WAIVED)
    number = part_rows(programme)[-1].entry_id
    write(programme, SIGNED, actor=shared_lead(programme))
    done, unchanged, left = undo(programme, number=number)
    assert (done, unchanged, len(left), stand(programme)) == (0, 0, 1, SIGNED)
    assert "Projektledare SIDU" in left[0]


def test_an_owner_takes_back_what_it_waived_and_not_what_another_signed(programme: Engine) -> None:
    write(programme, WAIVED)
    assert undo(programme) == (1, 0, [])
    write(programme, SIGNED, actor=shared_lead(programme))
    _, _, left = undo(programme)  # the same name in the history, with the rights of LAB
    assert len(left) == 1
    assert stand(programme) is SIGNED


def noon(number: int) -> datetime:
    """Of a day of the programme."""
    return calendar.noon(day(number).date(), ZoneInfo("Europe/Stockholm"))
