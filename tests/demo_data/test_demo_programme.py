"""The demo programme is the one of the tables: recomputed from the files in seed_data/ alone."""

import re
from collections import Counter, defaultdict
from datetime import date, datetime

import pytest

from .expected import AS_OF, CLOSES, JOINING_LATER, PROGRAMME_OFFICE
from .figures import closed_at, committed, done_day, entries, held_now, passed, state_before, valid_changes
from .programme_files import Programme, instant, local

# Per workstream: all, done by cycle 2, in 3, 4 and 5, in test, validation and design, not
# started, goal test in cycle 5, open blockers.
BY_WORKSTREAM = {
    "PAT": (22, 4, 4, 6, 1, 2, 2, 1, 2, 4, 2),
    "LKM": (18, 2, 2, 6, 1, 2, 2, 2, 1, 4, 3),
    "ORD": (12, 2, 2, 3, 1, 1, 1, 1, 1, 2, 1),
    "MDO": (14, 2, 2, 4, 2, 1, 1, 1, 1, 4, 0),
    "DVP": (12, 2, 2, 4, 1, 1, 1, 1, 0, 3, 0),
    "AKU": (11, 1, 2, 3, 1, 1, 1, 1, 1, 3, 1),
    "OPE": (12, 1, 1, 3, 1, 2, 2, 1, 1, 3, 1),
    "IVA": (8, 0, 1, 2, 0, 1, 2, 1, 1, 1, 1),
    "OBS": (10, 1, 1, 2, 1, 1, 2, 1, 1, 3, 1),
    "ONK": (8, 0, 1, 2, 1, 1, 1, 1, 1, 2, 0),
    "PRI": (11, 2, 1, 3, 1, 1, 1, 1, 1, 3, 1),
    "PSY": (8, 1, 1, 2, 1, 1, 1, 0, 1, 2, 0),
    "BUS": (7, 1, 1, 2, 0, 1, 1, 0, 1, 1, 0),
    "RES": (7, 1, 1, 2, 1, 1, 0, 0, 1, 2, 0),
    "KRN": (10, 4, 2, 3, 0, 1, 0, 0, 0, 1, 0),
    "MAS": (5, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0),
    "MAT": (5, 1, 1, 2, 0, 1, 0, 0, 0, 1, 1),
    "RAP": (6, 0, 0, 1, 1, 0, 1, 1, 2, 1, 0),
    "INV": (5, 0, 1, 1, 0, 1, 1, 0, 1, 1, 1),
    "REH": (6, 0, 1, 1, 1, 1, 1, 1, 0, 2, 0),
    "LAB": (12, 1, 1, 3, 0, 1, 3, 2, 1, 2, 2),
    "MBI": (8, 1, 0, 2, 1, 1, 1, 1, 1, 2, 1),
    "MTE": (6, 0, 1, 0, 1, 1, 1, 1, 1, 2, 1),
    "EXT": (4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1),
    "LLA": (3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 1),
    "OP1": (6, 1, 0, 1, 0, 0, 1, 1, 2, 1, 2),
    "DRS": (6, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0),
}
SUM = (236, 30, 31, 59, 17, 24, 27, 19, 29, 50, 21)
DESIGNED = {1: 24, 2: 33, 3: 44, 4: 71, 5: 16}
VALIDATED = {1: 16, 2: 27, 3: 38, 4: 66, 5: 14}
TESTED = {1: 11, 2: 19, 3: 31, 4: 59, 5: 17}
PROJECTS = {"SOKI", "SIDU", "MIG", "TEST", "INFO", "UTB", "IMP", "KOM", "PRIV", "DRIFT", "TEK", "FORV"}
CYCLES = {
    1: ("2022-09-05", "2022-10-23", "2022-08-29", "2022-09-02", "closed"),
    2: ("2022-10-24", "2022-12-11", "2022-10-17", "2022-10-21", "closed"),
    3: ("2022-12-12", "2023-01-29", "2022-12-05", "2022-12-09", "closed"),
    4: ("2023-01-30", "2023-03-19", "2023-01-23", "2023-01-27", "closed"),
    5: ("2023-03-20", "2023-05-07", "2023-03-13", "2023-03-17", "running"),
    6: ("2023-05-08", "2023-06-25", "2023-05-02", "2023-05-05", "draft"),
    7: ("2023-06-26", "2023-08-13", "2023-06-19", "2023-06-22", "draft"),
}
COMMITS = {1: "2022-09-02", 2: "2022-10-21", 3: "2022-12-09", 4: "2023-01-27", 5: "2023-03-17"}


def test_there_are_twelve_projects_and_one_joins_in_cycle_5(programme: Programme) -> None:
    first_cycles = {row["code"]: row["first_cycle"] for row in programme.rows("projects")}
    assert first_cycles.keys() == PROJECTS
    assert {code for code, first in first_cycles.items() if first != "1"} == {"DRIFT"}
    assert first_cycles["DRIFT"] == "5"


def test_there_are_27_workstreams_of_four_projects(programme: Programme) -> None:
    assert programme.workstreams.keys() == BY_WORKSTREAM.keys()
    projects = defaultdict(set)
    for code, row in programme.workstreams.items():
        projects[row["project"]].add(code)
    assert projects["SIDU"] == {"LAB", "MBI", "MTE", "EXT", "LLA"}
    assert projects["KOM"] == {"OP1"}
    assert projects["DRIFT"] == {JOINING_LATER}
    assert len(projects["SOKI"]) == 20


@pytest.mark.parametrize("code", BY_WORKSTREAM)
def test_each_workstream_stands_where_the_table_says(programme: Programme, code: str) -> None:
    keys = {key for key, row in programme.counted.items() if row["workstream"] == code}
    tested = {cycle: len(keys & passed(programme, cycle, "test")) for cycle in TESTED}
    states = Counter(state_before(programme, key, AS_OF, AS_OF) for key in keys)
    to_test = {key for key, goal in committed(programme, 5).items() if goal == "test"}
    held = [flows for flows in held_now(programme).values() if flows & keys]
    assert (
        len(keys),
        tested[1] + tested[2],
        *(tested[cycle] for cycle in (3, 4, 5)),
        *(states[state] for state in ("test", "validation", "design", "not_started")),
        len(keys & to_test),
        len(held),
    ) == BY_WORKSTREAM[code]


def test_the_table_adds_up_to_its_sum() -> None:
    columns = zip(*(row for code, row in BY_WORKSTREAM.items() if code != JOINING_LATER), strict=True)
    assert tuple(map(sum, columns)) == SUM


@pytest.mark.parametrize("cycle", TESTED)
def test_each_cycle_passed_as_many_as_the_table_says(programme: Programme, cycle: int) -> None:
    assert len(passed(programme, cycle, "design")) == DESIGNED[cycle]
    assert len(passed(programme, cycle, "validation")) == VALIDATED[cycle]
    assert len(passed(programme, cycle, "test")) == TESTED[cycle]


def test_nothing_fell_back_from_done_over_a_border(programme: Programme) -> None:
    for cycle in TESTED:
        window = programme.window(cycle)
        for key in programme.counted:
            at_start = state_before(programme, key, window.start, AS_OF)
            at_border = state_before(programme, key, window.border, AS_OF)
            assert at_start != "done" or at_border == "done", key


def test_cycle_3_reads_30_as_reported_and_31_as_now(programme: Programme) -> None:
    as_reported = passed(programme, 3, "test", closed_at(programme, 3))
    assert len(as_reported) == 30
    (late,) = passed(programme, 3, "test") - as_reported
    entry = valid_changes(programme, late, AS_OF)[-1]
    assert (local(entry["happened_at"]).date(), local(entry["recorded_at"]).date()) == (
        date(2023, 1, 25),
        date(2023, 2, 2),
    )
    assert entry["actor"] == PROGRAMME_OFFICE
    last = programme.scope_of[late][-1]
    assert (last["kind"], last["from_cycle"], last["to_cycle"]) == ("returned", "3", "")
    assert committed(programme, 3)[late] == "test"


@pytest.mark.parametrize("cycle", [1, 2, 4])
@pytest.mark.parametrize("stage", ["design", "validation", "test"])
def test_the_other_closed_cycles_read_the_same_in_both(programme: Programme, cycle: int, stage: str) -> None:
    as_reported = passed(programme, cycle, stage, closed_at(programme, cycle))
    assert as_reported == passed(programme, cycle, stage)


def test_cycle_4_had_21_done_by_the_end_of_22_february(programme: Programme) -> None:
    days = [done_day(programme, key) for key in passed(programme, 4, "test")]
    assert sum(day <= "2023-02-22" for day in days) == 21


def test_cycles_have_their_dates_and_status(programme: Programme) -> None:
    columns = ("starts_on", "ends_on", "planning_starts_on", "planning_ends_on", "status")
    stored = {number: tuple(row[column] for column in columns) for number, row in programme.cycles.items()}
    assert stored == CYCLES
    assert [bool(row["goal"]) for row in programme.cycles.values()] == [True] * 6 + [False]


def test_cycles_close_at_three_and_the_next_is_committed_at_half_past(
    programme: Programme,
) -> None:
    def stamps(column: str) -> dict[int, str]:
        filled = {n: row[column] for n, row in programme.cycles.items() if row[column]}
        return {number: local(at).strftime("%Y-%m-%d %H:%M:%S") for number, at in filled.items()}

    assert stamps("closed_at") == {n: f"{day} 15:00:00" for n, day in CLOSES.items()}
    assert stamps("committed_at") == {n: f"{day} 15:30:00" for n, day in COMMITS.items()}


def test_scope_grew_from_214_to_236_and_cycle_5_got_six_more(programme: Programme) -> None:
    def existing(moment: datetime) -> int:
        return sum(
            instant(row["created_at"]) < moment
            for row in programme.counted.values()
            if row["workstream"] != JOINING_LATER
        )

    sizes = [existing(programme.window(cycle).border) for cycle in range(1, 5)]
    assert (sizes[0], sizes[3]) == (214, 236)
    assert sizes == sorted(set(sizes))
    joined = [row for row in programme.counted.values() if row["workstream"] == JOINING_LATER]
    days = {local(row["created_at"]).date() for row in joined}
    assert len(joined) == 6
    assert all(date(2023, 3, 13) <= day <= date(2023, 3, 17) for day in days)


def test_nothing_is_begun_before_cycle_1(programme: Programme) -> None:
    begun = [row for row in programme.changes if row["to_state"] not in ("", "not_started")]
    assert min(local(row["happened_at"]).date() for row in begun) >= date(2022, 9, 5)


def test_names_are_short_phrases_and_unique_within_a_workstream(programme: Programme) -> None:
    rows = programme.workflows.values()
    for column in ("name", "name_en"):
        named = [(row["workstream"], row[column]) for row in rows]
        assert len(set(named)) == len(named) == 245
        assert all(re.fullmatch(r"[A-ZÅÄÖ][^.;]*[^.;\s]", name) for _, name in named)


def test_52_workflows_are_shared_with_other_workstreams(programme: Programme) -> None:
    shared = [row for row in programme.workflows.values() if row["other_workstreams"]]
    assert len(shared) == 52
    for row in shared:
        others = row["other_workstreams"].split(" ")
        assert others == sorted(set(others))
        assert set(others) <= programme.workstreams.keys() - {row["workstream"]}


def test_owners_are_roles_and_actors_the_office_and_four_leads(programme: Programme) -> None:
    assert all(row["owner"] for row in programme.workflows.values())
    leads = {f"Projektledare {name}" for name in ("SoKI", "SIDU", "Kommuner", "Driftstart")}
    assert {row["actor"] for row in entries(programme)} == leads | {PROGRAMME_OFFICE}


def test_leads_write_in_their_own_streams_only(programme: Programme) -> None:
    names = {"SOKI": "SoKI", "SIDU": "SIDU", "KOM": "Kommuner", "DRIFT": "Driftstart"}
    for row in entries(programme):
        if row["workflow"] and row["actor"] != PROGRAMME_OFFICE:
            owner = programme.workflows[row["workflow"]]["workstream"]
            streams = {row["workstream"]} if row.get("event") in ("signed", "withdrawn") else {owner}
            if row.get("event") == "waived":
                streams.add(row["workstream"])
            projects = {programme.workstreams[stream]["project"] for stream in streams}
            assert row["actor"] in {f"Projektledare {names[project]}" for project in projects}, row


def test_eight_workstreams_have_limits_and_one_of_them_is_exceeded(programme: Programme) -> None:
    standing = Counter((row["workstream"], row["state"]) for row in programme.counted.values())
    limits = {
        (code, state): int(row[f"wip_{state}"])
        for code, row in programme.workstreams.items()
        for state in ("design", "validation", "test")
        if row[f"wip_{state}"]
    }
    assert len({code for code, _ in limits}) == 8
    assert [place for place, limit in limits.items() if standing[place] > limit] == [("LAB", "validation")]
