"""What was carried on: the demo's figures and the sentences."""

from tests.unit.charts.demo import demo_view
from tracker.charts import carry_over
from tracker.charts import registry as drawings
from tracker.domain.charts.sheets import By

DRAWN = ("carried_in", "met", "carried_out", "returned", "dropped", "remaining", "met_since")


def test_all_that_the_demo_carried_out_of_a_cycle_it_carried_into_the_next() -> None:
    rows = [row.values for row in demo_view("carry-over", 1, 5).totals]
    assert [row["carried_out"] for row in rows][:4] == [row["carried_in"] for row in rows][1:] == [13, 20, 28, 26]
    assert [row["carried_twice_or_more"] for row in rows] == [0, 0, 3, 6, 6]


def test_what_became_of_members_adds_up_to_them() -> None:
    for row in demo_view("carry-over", 1, 5).totals:
        numbers = {name: value for name, value in row.values.items() if isinstance(value, int)}
        parts = sum(numbers.get(name, 0) for name in DRAWN[1:-1])
        assert parts - numbers["met_since"] == numbers["members"]


def test_the_title_says_of_how_many_and_compares() -> None:
    assert (
        carry_over.finding(demo_view("carry-over", 4, 6))
        == "26 of 129 were carried over from cycle 4, against 28 of 76 from cycle 3"
    )
    assert carry_over.finding(demo_view("carry-over", 1, 1)) == "13 of 28 were carried over from cycle 1"


def test_without_a_closed_cycle_the_title_says_what_there_is() -> None:
    assert carry_over.finding(demo_view("carry-over", 5, 6)) == "26 of 102 in cycle 5 were carried in"
    assert carry_over.finding(demo_view("carry-over", 6, 7)) == "18 workflows in cycle 6, which is not closed"
    assert carry_over.finding(demo_view("carry-over", 7, 7)) == "There is nothing in these cycles to carry over yet"


def test_every_part_is_a_mark_alone_and_by_workstream() -> None:
    for by in By:
        view = demo_view("carry-over", 1, 7, by=by)
        marks = [link for trace in drawings.figure(view).data for link in trace.customdata]
        planned = sum(bool(row.values["members"]) for row in view.rows if row.values["met"] is None)
        assert len(marks) == planned + sum(bool(row.values[name]) for row in view.rows for name in DRAWN)
        assert all(marks)
