"""The parts of the workflows that streams share: who takes part, who has signed what, and who waits on whom."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from .expected import AS_OF, LATER, SEED_DATA
from .figures import valid_changes
from .programme_files import STATES, Programme, instant, local

STAGES = STATES[1:4]
COMPLETE = {"LAB-003", "OBS-002", "PAT-005"}
LACKING = {
    "AKU-002": {"OPE"},
    "INV-001": {"PAT"},
    "LAB-004": {"OPE"},
    "LKM-004": {"PRI"},
    "LKM-005": {"MTE"},
    "LKM-006": {"OP1"},
    "MTE-001": {"MTE"},
    "OBS-003": {"LAB", "OPE"},
    "ONK-001": {"ONK"},
    "OP1-001": {"PAT"},
}
WAIVED = {("KRN-003", "OP1"), ("PAT-010", "RES"), ("LAB-001", "AKU")}
Part = tuple[str, str]
"""A stream, and a stage."""


class Stand(NamedTuple):
    """How a workflow's parts stand at a moment."""

    state: str
    owner: str
    others: set[str]
    signed: set[Part]
    waived: set[Part]
    lapsed: set[Part]

    @property
    def due(self) -> tuple[str, ...]:
        return STAGES[: STATES.index(self.state)]

    @property
    def open(self) -> set[Part]:
        """What is due of the other streams' parts, neither signed nor waived."""
        return {(code, stage) for code in self.others for stage in self.due} - self.signed - self.waived

    @property
    def behind(self) -> set[str]:
        lacks = self.state in STAGES and (self.owner, self.state) not in self.signed
        return {code for code, _ in self.open} | ({self.owner} if lacks else set())

    @property
    def waits(self) -> set[tuple[str, str]]:
        if not self.others or self.state not in STAGES:
            return set()
        return {(ready, late) for ready in {self.owner, *self.others} - self.behind for late in self.behind}


def stand(programme: Programme, key: str, moment: datetime) -> Stand:
    """Just after that moment; a row that happens together with a move comes after it."""
    others: set[str] = set()
    signed: set[Part] = set()
    waived: set[Part] = set()
    lapsed: set[Part] = set()
    state = "not_started"
    moves = [(instant(row["happened_at"]), -1, row) for row in valid_changes(programme, key, programme.newest)]
    rows = [(instant(row["happened_at"]), int(row["id"]), row) for row in programme.parts_of.get(key, [])]
    for at, _, row in sorted(moves + rows, key=lambda each: each[:2]):
        if at > moment:
            break
        if "to_state" in row:
            position = STATES.index(row["to_state"])
            if position < STATES.index(state):
                gone = {part for part in signed if STATES.index(part[1]) >= position}
                signed, lapsed = signed - gone, lapsed | gone
            state = row["to_state"]
        elif row["stage"]:
            part = row["workstream"], row["stage"]
            for kept in (signed, waived, lapsed):
                kept.discard(part)
            {"signed": signed, "waived": waived, "withdrawn": set()}[row["event"]].add(part)
        else:
            {"joined": others.add, "left": others.discard}[row["event"]](row["workstream"])
    return Stand(state, programme.workflows[key]["workstream"], others, signed, waived, lapsed)


def waits(programme: Programme, start: datetime, end: datetime) -> Iterator[tuple[str, str, str, timedelta]]:
    """Between the two, who waited on whom in which workflow and how long."""
    for key in programme.parts_of:
        rows = valid_changes(programme, key, programme.newest) + programme.parts_of[key]
        inside = {at for row in rows if start < (at := instant(row["happened_at"])) < end}
        moments = sorted({start, end, *inside})
        for since, until in pairwise(moments):
            for ready, late in stand(programme, key, since).waits:
                yield ready, late, key, until - since


@pytest.fixture(scope="module")
def later() -> Programme:
    return Programme(LATER)


@pytest.fixture(scope="module")
def shared(programme: Programme) -> dict[str, Stand]:
    return {key: stand(programme, key, AS_OF) for key in programme.parts_of}


def test_20_streams_take_part_89_times_in_52_workflows_from_their_creation_on(programme: Programme) -> None:
    joined = [row for row in programme.parts if row["event"] == "joined"]
    assert (len(joined), len({row["workflow"] for row in joined})) == (89, 52)
    assert len({row["workstream"] for row in joined}) == 20
    for row in joined:
        creation = programme.changes_of[row["workflow"]][0]
        assert [row[name] for name in ("happened_at", "recorded_at", "actor")] == [
            creation[name] for name in ("happened_at", "recorded_at", "actor")
        ]
        assert row["happened_at"] == programme.workflows[row["workflow"]]["created_at"]
    assert not [row for row in programme.parts if row["event"] == "left"]


@pytest.mark.parametrize("folder", [SEED_DATA, LATER])
def test_the_column_of_the_others_says_what_the_parts_say(folder: Path) -> None:
    programme = Programme(folder)
    for key, row in programme.workflows.items():
        others = stand(programme, key, programme.newest).others if key in programme.parts_of else set()
        assert row["other_workstreams"] == " ".join(sorted(others))


def test_36_are_done_with_every_part_signed_before_but_three_that_were_waived(shared: dict[str, Stand]) -> None:
    done = {key: each for key, each in shared.items() if each.state == "done"}
    assert len(done) == 36
    assert {(key, code) for key, each in done.items() for code, _ in each.waived} == WAIVED
    assert sum(len(each.waived) for each in done.values()) == 3
    assert not [key for key, each in done.items() if each.open]


@pytest.mark.parametrize("folder", [SEED_DATA, LATER])
def test_nothing_went_into_done_before_its_parts(folder: Path) -> None:
    programme = Programme(folder)
    for key in programme.parts_of:
        if programme.workflows[key]["state"] == "done":
            done_at = instant(programme.workflows[key]["done_at"])
            before = stand(programme, key, done_at - timedelta(microseconds=1))
            by_the_move = {part for part in stand(programme, key, done_at).waived if part in before.open}
            assert before.open == by_the_move, key


def test_waivers_say_why(programme: Programme) -> None:
    assert all(row["note"] for row in programme.parts if row["event"] in ("waived", "withdrawn"))


def test_in_13_under_way_the_owner_has_signed_but_in_two(shared: dict[str, Stand]) -> None:
    under_way = {key: each for key, each in shared.items() if each.state in STAGES}
    assert Counter(each.state for each in under_way.values()) == {"test": 7, "validation": 6}
    unsigned = {key for key, each in under_way.items() if (each.owner, each.state) not in each.signed}
    assert unsigned == {"MTE-001", "ONK-001"}


def test_three_have_every_part_and_the_others_lack_what_is_told_of_the_stage_at_hand(
    shared: dict[str, Stand],
) -> None:
    under_way = {key: each for key, each in shared.items() if each.state in STAGES}
    assert {key for key, each in under_way.items() if not each.behind} == COMPLETE
    assert {key: each.behind for key, each in under_way.items() if each.behind} == LACKING
    assert {stage == each.state for each in under_way.values() for _, stage in each.open} == {True}


def test_in_two_all_who_take_part_wait_for_the_owner(shared: dict[str, Stand]) -> None:
    assert shared["ONK-001"].waits == {("LAB", "ONK"), ("LKM", "ONK")}
    assert shared["MTE-001"].waits == {("IVA", "MTE")}


def test_a_signature_of_rap_lapsed_by_the_move_back_of_7_march_and_was_given_anew(programme: Programme) -> None:
    (back,) = [row for row in programme.changes_of["MDO-003"] if row["reason"]]
    moved = instant(back["happened_at"])
    assert local(back["happened_at"]).date().isoformat() == "2023-03-07"
    before, after = stand(programme, "MDO-003", moved - timedelta(seconds=1)), stand(programme, "MDO-003", moved)
    assert {part for part in before.signed - after.signed if part[0] == "RAP"} == {("RAP", "validation")}
    assert ("RAP", "validation") in after.lapsed
    assert ("RAP", "validation") in stand(programme, "MDO-003", AS_OF).signed


@pytest.mark.parametrize("folder", [SEED_DATA, LATER])
def test_two_blockers_name_the_stream_they_wait_on(folder: Path) -> None:
    rows = Programme(folder).rows("blockers")
    assert {row["id"]: row["waits_on"] for row in rows if row["waits_on"]} == {"65": "PAT", "68": "LAB"}


@pytest.mark.parametrize("folder", [SEED_DATA, LATER])
def test_only_what_is_due_and_open_is_signed_and_only_what_is_signed_is_withdrawn(folder: Path) -> None:
    programme = Programme(folder)
    for row in programme.parts:
        if row["stage"]:
            before = stand(programme, row["workflow"], instant(row["happened_at"]) - timedelta(microseconds=1))
            part = row["workstream"], row["stage"]
            is_by_the_move = row["event"] == "waived" and before.state == "test"
            assert row["stage"] in before.due or is_by_the_move, row
            assert (part in before.signed) == (row["event"] == "withdrawn"), row
            assert row["workstream"] in {before.owner, *before.others}, row


def test_a_part_is_signed_from_some_hours_to_two_weeks_after_its_stage_began(programme: Programme) -> None:
    again = {(row["workflow"], row["workstream"], row["stage"]) for row in programme.parts if row["event"] != "signed"}
    for row in programme.parts:
        if row["event"] == "signed" and (row["workflow"], row["workstream"], row["stage"]) not in again:
            moves = valid_changes(programme, row["workflow"], programme.newest)
            begun = [instant(move["happened_at"]) for move in moves if move["to_state"] == row["stage"]]
            at = instant(row["happened_at"])
            took = at - max(each for each in begun if each < at)
            assert timedelta(hours=1) < took <= timedelta(days=14), row


def test_leads_sign_for_their_own_streams_and_some_enter_it_late(programme: Programme) -> None:
    projects = {code: row["project"] for code, row in programme.workstreams.items()}
    actors = defaultdict(set)
    for row in programme.parts:
        if row["event"] in ("signed", "withdrawn"):
            actors[projects[row["workstream"]]].add(row["actor"])
    assert actors == {
        "SOKI": {"Projektledare SoKI"},
        "SIDU": {"Projektledare SIDU"},
        "KOM": {"Projektledare Kommuner"},
    }
    late = [row for row in programme.parts if row["happened_at"] != row["recorded_at"]]
    assert len(late) >= 10
    assert all(local(row["happened_at"]).hour == 12 for row in late)


def test_streams_waited_days_in_every_cycle_and_on_four_of_them_the_most(programme: Programme) -> None:
    total: Counter[str] = Counter()
    for cycle in (1, 2, 3, 4, 5):
        window = programme.window(cycle)
        found = list(waits(programme, window.start, min(window.border, AS_OF)))
        days = sum((time for *_, time in found), timedelta()) / timedelta(days=1)
        assert days > 30
        for _, late, _, time in found:
            total[late] += round(time / timedelta(hours=1))
    assert {code for code, _ in total.most_common(4)} == {"LAB", "MTE", "OPE", "PAT"}
