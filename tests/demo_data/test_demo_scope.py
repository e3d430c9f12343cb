"""Who is in which cycle, with which goal, and what became of it."""

from collections import Counter

import pytest

from .expected import AS_OF, CLOSES, JOINING_LATER, PROGRAMME_OFFICE
from .figures import (
    closed_at,
    committed,
    cycle_of,
    final_members,
    is_past,
    members,
    out_of,
    passed,
    state_before,
    times_carried,
    valid_changes,
)
from .programme_files import STATES, Programme, instant, local

COMMITTED_TO_TEST = {1: 20, 2: 30, 3: 46, 4: 66, 5: 50}
ARCHIVED = {"LKM-019": 2, "ORD-013": 3, "PRI-012": 4}
REASONS_SCOPE = {
    "decision",
    "vendor",
    "integration",
    "capacity",
    "dependency",
    "scope",
    "other",
}


@pytest.mark.parametrize("cycle", COMMITTED_TO_TEST)
def test_each_cycle_was_committed_to_as_many_tests(programme: Programme, cycle: int) -> None:
    goals = Counter(committed(programme, cycle).values())
    assert goals["test"] == COMMITTED_TO_TEST[cycle]


def test_cycle_5_was_committed_with_50_21_and_25_and_six_that_joined(
    programme: Programme,
) -> None:
    members_of_5 = committed(programme, 5)
    goals = Counter(goal for key, goal in members_of_5.items() if key[:3] != JOINING_LATER)
    assert goals == {"test": 50, "validation": 21, "design": 25}
    joined = [goal for key, goal in members_of_5.items() if key[:3] == JOINING_LATER]
    assert joined == ["design"] * 6


@pytest.mark.parametrize("cycle", [3, 4])
def test_what_was_tested_had_been_promised(programme: Programme, cycle: int) -> None:
    promised = {key for key, goal in committed(programme, cycle).items() if goal == "test"}
    assert passed(programme, cycle, "test") <= promised


def test_on_14_april_102_are_in_cycle_5_and_18_in_the_draft(programme: Programme) -> None:
    in_5, in_6 = members(programme, 5, AS_OF), members(programme, 6, AS_OF)
    done = {key for key, row in programme.counted.items() if row["state"] == "done"}
    assert (len(in_5), len(in_5.keys() & done), len(in_6)) == (102, 17, 18)
    assert set(in_6.values()) == {"design"}
    assert not in_6.keys() & done
    assert members(programme, 7, AS_OF) == {}
    assert len(programme.counted.keys() - in_5.keys() - in_6.keys() - done) == 2


def test_the_draft_is_planned_from_the_backlog(programme: Programme) -> None:
    rows = [row for row in programme.scope if row["to_cycle"] == "6"]
    assert {(row["kind"], row["from_cycle"]) for row in rows} == {("planned", "")}


@pytest.mark.parametrize("cycle", CLOSES)
def test_every_unmet_member_got_a_disposition_at_the_close(programme: Programme, cycle: int) -> None:
    closed = closed_at(programme, cycle)
    unmet = {
        key
        for key, goal in final_members(programme, cycle).items()
        if not is_past(state_before(programme, key, closed, closed), goal)
    }
    rows = out_of(programme, cycle, "carried", "returned", "dropped")
    assert {row["workflow"] for row in rows} == unmet
    assert all(instant(row["happened_at"]) == closed for row in rows)
    kinds = Counter(row["kind"] for row in rows)
    assert kinds["carried"] > kinds["returned"] + kinds["dropped"]


@pytest.mark.parametrize("cycle", CLOSES)
def test_met_members_that_go_on_are_planned_at_the_close(programme: Programme, cycle: int) -> None:
    closed, goals = closed_at(programme, cycle), final_members(programme, cycle)
    for row in out_of(programme, cycle, "planned"):
        goal = goals[row["workflow"]]
        assert goal in ("design", "validation")
        assert is_past(state_before(programme, row["workflow"], closed, closed), goal)
        if instant(row["happened_at"]) == closed:
            assert row["to_cycle"] == str(cycle + 1)


def test_a_workflow_moves_only_while_it_is_a_member(programme: Programme) -> None:
    for key in programme.workflows:
        for row in valid_changes(programme, key, AS_OF)[1:]:
            moment = instant(row["happened_at"])
            cycle = cycle_of(programme, moment)
            assert cycle, row
            assert key in members(programme, cycle, moment), row


def test_three_were_dropped_and_archived_and_never_got_past_design(programme: Programme) -> None:
    archived = {key: row for key, row in programme.workflows.items() if row["archived_at"]}
    assert archived.keys() == ARCHIVED.keys()
    for key, cycle in ARCHIVED.items():
        last = programme.scope_of[key][-1]
        assert (last["kind"], last["from_cycle"]) == ("dropped", str(cycle))
        assert last["happened_at"] == archived[key]["archived_at"]
        assert instant(last["happened_at"]) == closed_at(programme, cycle)
        assert final_members(programme, cycle)[key] == "validation"
        assert all(row["to_state"] in STATES[:2] for row in programme.changes_of[key])
        assert key not in {row["workflow"] for row in programme.blocker_events}


def test_some_were_carried_twice_and_one_three_times(programme: Programme) -> None:
    counts = Counter(times_carried(programme).values())
    assert counts[2] >= 3
    assert counts[3] == 1
    assert max(counts) == 3


def test_scope_rows_chain_and_have_their_reasons(programme: Programme) -> None:
    current: dict[str, tuple[str, str]] = {}
    for row in programme.scope:
        assert row["from_cycle"] == current.get(row["workflow"], ("", ""))[0], row
        assert bool(row["to_cycle"]) == bool(row["goal"]), row
        assert bool(row["reason"]) == (row["kind"] != "planned"), row
        assert row["reason"] in REASONS_SCOPE | {""}
        assert row["happened_at"] == row["recorded_at"]
        current[row["workflow"]] = (row["to_cycle"], row["goal"])


def test_scope_rows_come_when_their_kind_allows(programme: Programme) -> None:
    for row in programme.scope:
        at = instant(row["happened_at"])
        to = programme.cycles.get(int(row["to_cycle"] or 0), {})
        left = programme.cycles.get(int(row["from_cycle"] or 0), {})
        match row["kind"]:
            case "planned":
                assert not to["committed_at"] or at < instant(to["committed_at"]), row
                assert not left or at >= instant(left["closed_at"]), row
            case "added":
                assert instant(to["committed_at"]) < at, row
                assert not to["closed_at"] or at < instant(to["closed_at"]), row
            case "removed":
                assert instant(left["committed_at"]) < at, row
                assert not left["closed_at"] or at < instant(left["closed_at"]), row
            case "carried":
                assert int(row["to_cycle"]) == int(row["from_cycle"]) + 1
                assert at == instant(left["closed_at"]), row
            case _:
                assert at == instant(left["closed_at"]), row
                assert row["to_cycle"] == "", row


def test_planning_is_done_in_the_planning_week_by_the_leads(programme: Programme) -> None:
    for row in programme.scope:
        cycle = programme.cycles.get(int(row["to_cycle"] or 0), {})
        is_at_close = row["actor"] == PROGRAMME_OFFICE
        if row["kind"] == "planned" and cycle["committed_at"] and not is_at_close:
            day = local(row["recorded_at"]).date().isoformat()
            assert cycle["planning_starts_on"] <= day <= cycle["planning_ends_on"], row
