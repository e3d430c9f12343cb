"""The blockers of the demo: how many, how old, and what they hold."""

from collections import Counter, defaultdict
from datetime import datetime

import pytest

from .expected import AS_OF, TODAY
from .figures import held_now, spells, state_before
from .programme_files import Programme, instant, local

BLOCKERS = {1: (6, 3, 3), 2: (13, 8, 8), 3: (18, 11, 15), 4: (27, 24, 18), 5: (14, 11, 21)}
OPEN_BLOCKERS = [
    ("AKU", "staffing", 1, 1),
    ("EXT", "decision", 60, 4),
    ("INV", "dependency", 14, 1),
    ("IVA", "vendor", 9, 1),
    ("LAB", "integration", 16, 1),
    ("LAB", "integration", 38, 1),
    ("LKM", "data", 8, 1),
    ("LKM", "vendor", 18, 1),
    ("LKM", "vendor", 32, 1),
    ("LLA", "decision", 60, 3),
    ("MAT", "equipment", 3, 1),
    ("MBI", "integration", 29, 1),
    ("MTE", "equipment", 36, 1),
    ("OBS", "vendor", 28, 1),
    ("OP1", "decision", 28, 1),
    ("OP1", "security", 30, 1),
    ("OPE", "dependency", 10, 1),
    ("ORD", "equipment", 8, 1),
    ("PAT", "decision", 11, 1),
    ("PAT", "integration", 39, 1),
    ("PRI", "staffing", 2, 1),
]
CATEGORIES = {
    "decision",
    "vendor",
    "integration",
    "equipment",
    "staffing",
    "dependency",
    "security",
    "data",
    "other",
}


@pytest.mark.parametrize("cycle", BLOCKERS)
def test_blockers_opened_resolved_and_open_are_as_in_the_table(programme: Programme, cycle: int) -> None:
    window, all_spells = programme.window(cycle), list(spells(programme))
    opened = sum(window.start <= held < window.border for _, held, _ in all_spells)
    resolved = sum(window.start <= end < window.border for _, _, end in all_spells if end)
    still_open = sum(held < window.border and (not end or end >= window.border) for _, held, end in all_spells)
    assert (opened, resolved, still_open) == BLOCKERS[cycle]


def test_the_open_blockers_have_their_exact_ages(programme: Programme) -> None:
    since = {blocker: held for blocker, held, end in spells(programme) if not end}
    found = []
    for blocker, flows in held_now(programme).items():
        (stream,) = {programme.workflows[key]["workstream"] for key in flows}
        age = (TODAY - since[blocker].astimezone(local("2023-04-14T07:00:00Z").tzinfo).date()).days
        found.append((stream, programme.blockers[blocker]["category"], age, len(flows)))
    assert sorted(found) == OPEN_BLOCKERS


def test_ten_open_blockers_are_older_than_cycle_5(programme: Programme) -> None:
    start = programme.window(5).start
    assert sum(held < start for _, held, end in spells(programme) if not end) == 10


def test_decisions_are_due_on_their_days(programme: Programme) -> None:
    due = {}
    for blocker, flows in held_now(programme).items():
        row = programme.blockers[blocker]
        if row["category"] == "decision":
            due[min(flows)[:3]] = row["decide_by"]
            assert row["decider"]
    assert due == {
        "EXT": "2023-04-28",
        "LLA": "2023-04-28",
        "PAT": "2023-04-21",
        "OP1": "2023-05-05",
    }


def test_at_least_two_blockers_were_reopened(programme: Programme) -> None:
    times = Counter(blocker for blocker, _, _ in spells(programme))
    assert sum(count > 1 for count in times.values()) >= 2


def test_some_resolved_blockers_held_several_workstreams(programme: Programme) -> None:
    streams: dict[str, set[str]] = defaultdict(set)
    for row in programme.blocker_events:
        streams[row["blocker"]].add(row["workflow"][:3])
    shared = {blocker for blocker, codes in streams.items() if len(codes) > 1}
    assert len(shared) >= 2
    assert not shared & held_now(programme).keys()


def test_events_alternate_and_a_resolution_is_written(programme: Programme) -> None:
    held: set[tuple[str, str]] = set()
    for row in programme.blocker_events:
        pair = (row["blocker"], row["workflow"])
        assert (pair in held) == (row["event"] == "released"), row
        held ^= {pair}
        assert row["event"] == "held" or row["note"], row
        assert instant(row["happened_at"]) <= instant(row["recorded_at"])


def test_what_is_held_is_neither_done_nor_archived(programme: Programme) -> None:
    since: dict[tuple[str, str], datetime] = {}
    holds = []
    for row in programme.blocker_events:
        pair = (row["blocker"], row["workflow"])
        if row["event"] == "held":
            since[pair] = instant(row["happened_at"])
        else:
            holds.append((pair[1], since.pop(pair), instant(row["recorded_at"])))
    holds += [(pair[1], held, AS_OF) for pair, held in since.items()]
    for key, held, released in holds:
        assert instant(programme.workflows[key]["created_at"]) <= held
        for row in programme.changes_of[key]:
            if row["to_state"] == "done":
                assert not held <= instant(row["happened_at"]) <= released, row
        assert state_before(programme, key, held, AS_OF) not in ("done", None), key


def test_blockers_carry_a_category_owner_and_mitigation(programme: Programme) -> None:
    rows = programme.blockers.values()
    assert {row["category"] for row in rows} <= CATEGORIES
    assert all(row["owner"] and row["mitigation"] and row["title_en"] for row in rows)
    assert len({row["title"] for row in rows}) == len(rows)
