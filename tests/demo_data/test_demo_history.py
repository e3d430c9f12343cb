"""The history of the demo is one that people could have written."""

from collections import Counter, defaultdict
from datetime import time, timedelta
from itertools import pairwise

import holidays

from .expected import AS_OF, CLOSES, PROGRAMME_OFFICE
from .figures import closed_at, cycle_of, entries, passed, valid_changes
from .programme_files import STATES, Programme, Row, instant, local

TESTED = {1: 11, 2: 19, 3: 31, 4: 59, 5: 17}
REASONS_BACK = {
    "failed_test",
    "failed_validation",
    "new_release",
    "changed_requirement",
    "dependency",
    "other",
}


def test_every_change_starts_where_the_last_valid_one_ended(programme: Programme) -> None:
    valid: dict[str, list[Row]] = defaultdict(list)
    for row in programme.changes:
        chain = valid[row["workflow"]]
        assert instant(row["happened_at"]) <= instant(row["recorded_at"]) <= AS_OF, row
        if row["voids"]:
            assert (row["from_state"], row["to_state"]) == ("", "")
            assert row["happened_at"] == row["recorded_at"]
            assert row["voids"] == chain.pop()["id"], row
            assert chain, "a creation cannot be taken back"
        elif chain:
            assert row["from_state"] == chain[-1]["to_state"] != row["to_state"], row
            assert instant(row["happened_at"]) >= instant(chain[-1]["happened_at"]), row
            chain.append(row)
        else:
            assert (row["from_state"], row["to_state"]) == ("", "not_started")
            assert programme.workflows[row["workflow"]]["created_at"] == row["recorded_at"]
            chain.append(row)


def test_states_follow_each_other_with_days_between(programme: Programme) -> None:
    skipped = 0
    for key in programme.workflows:
        chain = valid_changes(programme, key, AS_OF)
        for row, after in pairwise(chain[1:]):
            assert local(row["happened_at"]).date() < local(after["happened_at"]).date(), after
        for row in chain[1:]:
            skipped += STATES.index(row["to_state"]) - STATES.index(row["from_state"]) > 1
    assert 0 < skipped <= 5


def test_moves_back_have_reasons_and_are_made_good_in_the_same_cycle(
    programme: Programme,
) -> None:
    back = [
        row
        for row in programme.changes
        if row["from_state"] and STATES.index(row["to_state"]) < STATES.index(row["from_state"])
    ]
    assert len(back) >= 20
    assert REASONS_BACK - {"dependency", "other"} <= {row["reason"] for row in back} <= REASONS_BACK
    for row in back:
        cycle = cycle_of(programme, instant(row["happened_at"]))
        again = [
            later
            for later in valid_changes(programme, row["workflow"], AS_OF)
            if instant(later["happened_at"]) > instant(row["happened_at"])
            and STATES.index(later["to_state"]) >= STATES.index(row["from_state"])
        ]
        assert cycle_of(programme, instant(again[0]["happened_at"])) == cycle, row


def test_only_moves_back_carry_a_reason(programme: Programme) -> None:
    for row in programme.changes:
        is_back = row["from_state"] and STATES.index(row["to_state"]) < STATES.index(row["from_state"])
        assert bool(row["reason"]) == bool(is_back), row


def test_no_stage_is_passed_in_two_cycles(programme: Programme) -> None:
    for stage in STATES[1:4]:
        all_passed = [key for cycle in TESTED for key in passed(programme, cycle, stage)]
        assert len(all_passed) == len(set(all_passed))


def test_some_changes_are_taken_back_and_followed_by_the_right_one(programme: Programme) -> None:
    voids = [row for row in programme.changes if row["voids"]]
    assert len(voids) >= 6
    for row in voids:
        stream = row["workflow"][:3]
        soon = instant(row["recorded_at"]) + timedelta(minutes=10)
        after = [
            later
            for later in programme.changes[int(row["id"]) :]
            if later["workflow"][:3] == stream and instant(later["recorded_at"]) <= soon
        ]
        assert after, row


def test_some_moves_are_entered_late_within_the_rules_for_leads(programme: Programme) -> None:
    late = [row for row in programme.changes if local(row["happened_at"]).date() < local(row["recorded_at"]).date()]
    assert len(late) >= 10
    for row in late:
        if row["actor"] == PROGRAMME_OFFICE:
            continue
        moment, recorded = instant(row["happened_at"]), instant(row["recorded_at"])
        cycle = cycle_of(programme, moment)
        assert cycle, row
        assert cycle == cycle_of(programme, recorded), row
        closes = [closed_at(programme, number) for number in CLOSES]
        assert all(moment > closed for closed in closes if closed < recorded), row
        assert local(row["happened_at"]).time() >= time(12)


def test_people_work_on_swedish_working_days_in_office_hours(programme: Programme) -> None:
    free = holidays.country_holidays("SE", years=[2022, 2023], categories=("public", "de_facto"))
    for row in entries(programme):
        at = local(row["recorded_at"])
        assert at.weekday() < 5, row
        assert at.date() not in free, row
        assert time(8) <= at.time() < time(17), row


def test_nothing_happens_from_a_close_until_the_cycle_is_over(programme: Programme) -> None:
    for row in entries(programme):
        moments = {instant(row[name]) for name in ("happened_at", "recorded_at") if name in row}
        for cycle in CLOSES:
            silent = closed_at(programme, cycle), programme.window(cycle).border
            for moment in moments:
                is_disposition = row["file"] == "scope" and moment == silent[0]
                assert is_disposition or not silent[0] <= moment < silent[1], row


def test_one_instant_belongs_to_one_act_of_one_actor(programme: Programme) -> None:
    acts: dict[str, set[tuple[str, str]]] = defaultdict(set)
    sizes: Counter[tuple[str, str]] = Counter()
    changed = {row["recorded_at"] for row in programme.changes}
    for row in entries(programme):
        is_by_change = row["file"] == "parts" and row["recorded_at"] in changed  # joined at creation, waived when done
        acts[row["recorded_at"]].add((row["actor"], "changes" if is_by_change else row["file"]))
        sizes[row["recorded_at"], row["file"]] += 1
    assert all(len(found) == 1 for found in acts.values())
    assert not acts.keys() & {row["committed_at"] for row in programme.cycles.values()}
    assert all(count == 1 for (_, file), count in sizes.items() if file in ("notes", "checks"))
    moves = [row["recorded_at"] for row in programme.changes if row["from_state"] or row["voids"]]
    assert len(moves) == len(set(moves))


def test_leads_update_in_batches(programme: Programme) -> None:
    rounds = Counter((row["actor"], local(row["recorded_at"]).date()) for row in programme.changes if row["from_state"])
    assert sum(count >= 4 for count in rounds.values()) > 60


def test_notes_and_checks_stand_here_and_there(programme: Programme) -> None:
    notes, checks = programme.rows("notes"), programme.rows("checks")
    assert len(notes) >= 40
    assert len(checks) >= 30
    assert all(bool(row["workflow"]) != bool(row["blocker"]) for row in notes)
    assert all(row["text"] for row in notes)
    assert {row["workflow"] for row in (*notes, *checks) if row["workflow"]} <= (programme.counted.keys())
