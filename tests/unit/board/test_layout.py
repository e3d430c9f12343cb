"""What the board shows of its cards: filters, columns, lanes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.sorting import swedish_order
from tracker.domain.states import STATES, State
from tracker.queries.board.cards import BoardFrame, Card, Stream
from tracker.queries.board.layout import GROUPS, Filters, arranged, board_layout, is_found

FRAME = BoardFrame(
    cycles=(),
    projects={"SIDU": "Diagnostik", "SOKI": "Kliniskt innehåll"},
    streams={
        "LAB": Stream("LAB", "Laboratoriediagnostik", "SIDU", {State.DESIGN: 1, State.TEST: 2}),
        "LKM": Stream("LKM", "Läkemedel", "SOKI", {State.DESIGN: 2}),
        "OPE": Stream("OPE", "Operation", "SOKI", {}),
    },
)
streams = st.sampled_from(sorted(FRAME.streams))


def card(key: str = "LKM-001", **given_fields: object) -> Card:
    """A card, with what matters to the test."""
    fields = {
        "key": key,
        "name": "Ordinera infusion",
        "version": 1,
        "state": State.DESIGN,
        "workstream": key[:3],
        "shared": (),
        "owner": "Farmaceut",
        "priority": None,
        "days": 3,
        "blocker": "",
        "blocked_days": None,
    }
    return Card(**(fields | given_fields))  # type: ignore[arg-type]


@st.composite
def cards(draw: st.DrawFn) -> Card:
    """Any card of the frame's streams."""
    workstream = draw(streams)
    return card(
        f"{workstream}-{draw(st.integers(1, 999)):03}",
        state=draw(st.sampled_from(STATES)),
        shared=tuple(sorted(draw(st.sets(streams.filter(lambda code: code != workstream))))),
        owner=draw(st.sampled_from(["", "Farmaceut", "Testledare"])),
        blocker=draw(st.sampled_from(["", "Svar utan enhetskod"])),
    )


filters = st.builds(
    Filters,
    workstreams=st.sets(streams).map(tuple),
    projects=st.sets(st.sampled_from(sorted(FRAME.projects))).map(tuple),
    owners=st.sets(st.sampled_from(["Farmaceut", "Testledare"])).map(tuple),
    blocked=st.booleans(),
    q=st.sampled_from(["", "ord", "LKM", "finns inte"]),
    group=st.sampled_from(["", *GROUPS]),
)


@given(st.lists(cards(), max_size=30), filters, st.sets(streams))
def test_every_card_shown_stands_in_just_one_column_and_one_lane(
    drawn: list[Card], wanted: Filters, own: set[str]
) -> None:
    shown = arranged(board_layout(drawn, wanted, FRAME), own)
    in_columns = [one for column in shown.columns for one in column.cards]
    assert len(in_columns) == shown.shown == shown.owned + shown.shared
    assert all(one.state is column.state for column in shown.columns for one in column.cards)
    if wanted.group:
        in_lanes = [one for lane in shown.lanes for cell in lane.cells for one in cell.cards]
        assert sorted(in_lanes) == sorted(in_columns)
        assert sum(lane.open for lane in shown.lanes) == sum(one.state is not State.DONE for one in in_columns)


@given(st.lists(cards(), max_size=30), filters)
def test_without_filters_nothing_is_left_out(drawn: list[Card], wanted: Filters) -> None:
    assert board_layout(drawn, Filters(group=wanted.group), FRAME).shown == len(drawn)


def test_a_workstream_finds_what_it_owns_and_what_it_takes_part_in_and_counts_them_apart() -> None:
    here = [card("LAB-001"), card("OPE-001", shared=("LAB",)), card("LKM-001")]
    shown = board_layout(here, Filters(workstreams=("LAB",)), FRAME)
    assert (shown.owned, shown.shared, shown.total) == (1, 1, 3)


@pytest.mark.parametrize("q", ["öl", "ÖL", "o\u0308l", "lkm-001", "LKM-001 LAB-002", "bryggt öl"])
def test_search_finds_by_key_or_name_whatever_the_case_and_the_form_of_letters(q: str) -> None:
    assert is_found(card(name="Bryggt Öl och mjöl"), q)


def test_search_finds_the_name_in_the_other_language_too() -> None:
    assert is_found(card(name="Ordinera infusion", other_name="Prescribe infusion"), "prescribe")


@pytest.mark.parametrize("q", ["ol", "vin", "LKM-0011", "%", "_"])
def test_search_does_not_find_what_is_not_there(q: str) -> None:
    assert not is_found(card(name="Bryggt Öl"), q)


def test_a_column_says_by_how_many_it_is_over_its_limit() -> None:
    here = [card(f"LAB-00{n}") for n in range(1, 4)]
    design = board_layout(here, Filters(workstreams=("LAB",)), FRAME).columns[1]
    assert (design.limit, design.count, design.over) == (1, 3, 2)


def test_what_a_stream_takes_part_in_does_not_count_against_its_limit() -> None:
    here = [card("LAB-001"), card("OPE-001", shared=("LAB",)), card("OPE-002", shared=("LAB",))]
    design = board_layout(here, Filters(workstreams=("LAB",)), FRAME).columns[1]
    assert (design.count, design.owned, design.over) == (3, 1, 0)


def test_no_limit_is_held_against_a_part_of_the_cards() -> None:
    here = [card("LAB-001"), card("LAB-002")]
    for hiding in (Filters(q="LAB"), Filters(owners=("Farmaceut",)), Filters(blocked=True)):
        shown = board_layout(here, replace(hiding, workstreams=("LAB",), group="workstream"), FRAME)
        assert [column.limit for column in shown.columns] == [None] * 5
        assert all(cell.limit is None for lane in shown.lanes for cell in lane.cells)


def test_a_limit_is_only_summed_where_every_stream_has_one() -> None:
    columns = board_layout([], Filters(workstreams=("LAB", "LKM")), FRAME).columns
    assert [column.limit for column in columns] == [None, 3, None, None, None]


def test_swedish_letters_come_last_in_their_own_order() -> None:
    assert sorted(["Öl", "ärta", "Åska", "zebra", "apa"], key=swedish_order) == ["apa", "zebra", "Åska", "ärta", "Öl"]


def test_own_lanes_come_first() -> None:
    here = [card("LAB-001"), card("LKM-001"), card("OPE-001")]
    lanes = arranged(board_layout(here, Filters(group="workstream"), FRAME), {"OPE"}).lanes
    assert [lane.code for lane in lanes] == ["OPE", "LAB", "LKM"]


def test_a_streams_lane_counts_what_it_takes_part_in_elsewhere() -> None:
    here = [card("LAB-001"), card("OPE-001", shared=("LAB", "LKM")), card("OPE-002", shared=("LAB",))]
    lanes = board_layout(here, Filters(group="workstream"), FRAME).lanes
    assert {lane.code: lane.shared for lane in lanes} == {"LAB": 2, "OPE": 0}


def test_another_groups_lane_counts_those_of_its_cards_that_the_streams_shown_do_not_own() -> None:
    here = [card("LKM-001"), card("OPE-001", shared=("LKM",)), card("LAB-001", shared=("LKM",))]
    lanes = board_layout(here, Filters(workstreams=("LKM",), group="project"), FRAME).lanes
    assert {lane.code: lane.shared for lane in lanes} == {"SIDU": 1, "SOKI": 1}
    assert not any(lane.shared for lane in board_layout(here, Filters(group="project"), FRAME).lanes)
