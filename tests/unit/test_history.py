"""The fold of a workflow's history, and what "it happened on" a date means."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import InvalidError
from tracker.domain.history import Change, happened_at, is_late, standing
from tracker.domain.states import State

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONDAY = datetime(2023, 4, 10, 8, 0, tzinfo=UTC)
instants = st.datetimes(datetime(2022, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def change(number: int, happened: datetime, *, voids: int | None = None) -> Change:
    """A change to design, or a row that takes one back."""
    to_state = None if voids else State.DESIGN
    return Change(number, None, to_state, happened, happened, voids)


@given(st.lists(instants, max_size=12))
def test_changes_stand_in_order_of_when_they_happened_then_of_id(times: list[datetime]) -> None:
    changes = [change(number, at) for number, at in enumerate(times, start=1)]
    kept = standing(reversed(changes))
    assert [(row.happened_at, row.id) for row in kept] == sorted((row.happened_at, row.id) for row in changes)


@given(st.lists(instants, min_size=1, max_size=12), st.data())
def test_what_is_taken_back_and_the_row_that_takes_it_back_do_not_stand(
    times: list[datetime], data: st.DataObject
) -> None:
    changes = [change(number, at) for number, at in enumerate(times, start=1)]
    taken = data.draw(st.sets(st.sampled_from([row.id for row in changes])))
    voids = [change(100 + number, MONDAY, voids=number) for number in taken]
    assert {row.id for row in standing([*changes, *voids])} == {row.id for row in changes} - taken


def test_without_a_date_it_happened_now() -> None:
    assert happened_at(None, previous=MONDAY, now=MONDAY, zone=STOCKHOLM) == MONDAY


def test_a_date_means_noon_local() -> None:
    now = MONDAY + timedelta(days=3)
    assert happened_at(date(2023, 4, 11), previous=MONDAY, now=now, zone=STOCKHOLM) == datetime(
        2023, 4, 11, 10, 0, tzinfo=UTC
    )


def test_a_date_means_one_second_after_a_change_later_that_day() -> None:
    afternoon = datetime(2023, 4, 11, 13, 30, tzinfo=UTC)
    happened = happened_at(date(2023, 4, 11), previous=afternoon, now=MONDAY + timedelta(days=3), zone=STOCKHOLM)
    assert happened == afternoon + timedelta(seconds=1)


def test_today_before_noon_means_now() -> None:
    assert happened_at(date(2023, 4, 10), previous=MONDAY - timedelta(days=9), now=MONDAY, zone=STOCKHOLM) == MONDAY


@pytest.mark.parametrize(
    ("on", "says"), [(date(2023, 4, 11), "has not come"), (date(2023, 4, 8), "Choose that date or a later one")]
)
def test_a_date_in_the_future_or_before_the_previous_change_is_refused_by_name(on: date, says: str) -> None:
    with pytest.raises(InvalidError, match=says) as refusal:
        happened_at(on, previous=MONDAY - timedelta(days=1), now=MONDAY, zone=STOCKHOLM)
    assert refusal.value.field == "happened_on"


@given(instants, st.timedeltas(timedelta(0), timedelta(days=60)), st.integers(0, 60))
def test_what_is_accepted_lies_after_the_previous_change_and_not_in_the_future(
    previous: datetime, gap: timedelta, days_ago: int
) -> None:
    now = previous + gap + timedelta(seconds=2)
    on = now.astimezone(STOCKHOLM).date() - timedelta(days=days_ago)
    try:
        happened = happened_at(on, previous=previous, now=now, zone=STOCKHOLM)
    except InvalidError:
        assert on < previous.astimezone(STOCKHOLM).date()
    else:
        assert previous < happened <= now


def test_late_is_a_matter_of_local_dates() -> None:
    late_evening = datetime(2023, 4, 10, 21, 59, tzinfo=UTC)  # 23:59 in Stockholm
    assert is_late(late_evening, late_evening + timedelta(minutes=2), STOCKHOLM)
    assert not is_late(MONDAY, MONDAY + timedelta(hours=9), STOCKHOLM)
