"""The whole, by cycle."""

import pytest

from tests.unit.charts.demo import demo_view
from tracker.charts import registry as drawings
from tracker.charts import scope
from tracker.charts.bands import spread
from tracker.domain.charts.sheets import By


def test_the_title_gives_what_is_done_and_left_and_how_the_whole_has_changed() -> None:
    done = "137 of 242 are done, 105 left"
    for first, since in ((1, "grown from 214 at the end of cycle 1"), (4, "grown from 236 at the end of cycle 4")):
        assert scope.finding(demo_view("scope", first, 6)) == f"{done}; the scope has {since}"
    assert scope.finding(demo_view("scope", 5, 7)) == done
    assert scope.finding(demo_view("scope", 6, 7)) == "None of these cycles has begun"
    alike = "11 of 18 are done, 7 left; the scope is as at the end of cycle 1"
    assert scope.finding(demo_view("scope", 1, 7, "LKM")) == alike


def test_a_project_counts_from_its_first_cycle_on() -> None:
    view = demo_view("scope", 4, 6, "DRS")
    assert [row.values["workflows"] for row in view.totals] == [None, 6, None]
    assert scope.details(view)[1] == "Cycle 5: 6 workflows, 0 done, 2 under way, 4 not started."


def test_names_at_the_end_leave_each_other_room() -> None:
    assert spread([100, 50, 20], 10, 120) == [100, 50, 20]
    assert spread([100, 98, 97], 10, 120) == [100, 90, 80]
    assert spread([20, 6, 4, 2], 10, 120) == [35, 25, 15, 5]


@pytest.mark.parametrize("by", list(By))
def test_every_part_of_a_stack_leads_to_its_items(by: By) -> None:
    traces = drawings.figure(demo_view("scope", 1, 7, by=by)).data
    marks = [(y, link) for trace in traces for y, link in zip(trace.y, trace.customdata, strict=True)]
    assert sum(y for y, _ in marks) == 214 + 224 + 231 + 236 + 242
    assert all(bool(link) is bool(y) for y, link in marks)
