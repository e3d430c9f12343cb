"""Three weeks on, in the planning week of cycle 6: the programme has gone on as it had."""

from collections import Counter
from datetime import date

import pytest

from .expected import LATER, SEED_DATA
from .figures import entries, held_now
from .programme_files import Programme, local

FIRST, LAST = date(2023, 4, 14), date(2023, 5, 5)


@pytest.fixture(scope="module")
def later() -> Programme:
    return Programme(LATER)


def day(row: dict[str, str], column: str = "recorded_at") -> date:
    return local(row[column]).date()


@pytest.mark.parametrize("name", ["changes", "scope", "blocker_events", "parts", "notes", "checks"])
def test_what_was_recorded_by_14_april_stays_and_the_rest_follows_it(later: Programme, name: str) -> None:
    before, after = Programme(SEED_DATA).rows(name), later.rows(name)
    assert after[: len(before)] == before
    assert all(FIRST <= day(row) <= LAST for row in after[len(before) :])
    assert len(after) > len(before)


def test_cycle_5_is_ready_to_be_closed_and_cycle_6_is_being_planned(later: Programme) -> None:
    assert (later.cycles[5]["status"], later.cycles[6]["status"]) == ("running", "draft")
    members = Counter((row["cycle"], row["state"] == "done") for row in later.counted.values())
    assert members["5", True] == 39
    assert members["6", False] == 25
    planned = [row for row in later.scope if row["to_cycle"] == "6" and row["kind"] == "planned"]
    assert {day(row) for row in planned if day(row) > FIRST} == {date(2023, 5, 2), date(2023, 5, 3), date(2023, 5, 4)}


def test_every_working_day_until_the_last_morning_has_its_moves(later: Programme) -> None:
    days = {day(row) for row in later.changes if day(row) >= FIRST}
    assert LAST in days
    assert len(days) == 15
    assert date(2023, 5, 1) not in days


def test_decisions_were_made_in_time_and_overdue_and_one_is_due_that_day(later: Programme) -> None:
    open_now = {later.blockers[number]["decide_by"] for number in held_now(later) if later.blockers[number]["decider"]}
    assert open_now == {"2023-04-28", "2023-05-04", "2023-05-05"}


def test_there_are_moves_back_late_entries_and_slips_taken_back(later: Programme) -> None:
    new = later.changes[len(Programme(SEED_DATA).changes) :]
    assert {row["reason"] for row in new} > {"failed_test", "failed_validation", "new_release"}
    assert sum(day(row, "happened_at") < day(row) for row in new) == 7
    assert sum(bool(row["voids"]) for row in new) == 2


def test_the_same_roles_write_and_nothing_is_done_while_it_is_held(later: Programme) -> None:
    assert {row["actor"] for row in entries(later)} == {row["actor"] for row in entries(Programme(SEED_DATA))}
    held = set().union(*held_now(later).values())
    assert [key for key in held if later.workflows[key]["state"] == "done"] == []
