"""Goals reached by day."""

from datetime import date

import pytest

from tests.unit.charts.demo import demo_view
from tracker.charts import burn_up
from tracker.charts import registry as drawings
from tracker.domain.charts.sheets import By


def test_the_title_speaks_of_the_last_cycle_that_is_committed() -> None:
    now = (
        "Cycle 5: 22 of 102 have reached their goals after 18 of 32 working days; "
        "1 added and 1 removed since the commitment"
    )
    assert burn_up.finding(demo_view("burn-up", 4, 6)) == now
    over = "Cycle 4: 95 of 129 reached their goals by the close; 3 added and 2 removed since the commitment"
    assert burn_up.finding(demo_view("burn-up", 1, 4)) == over
    assert burn_up.finding(demo_view("burn-up", 6, 7)) == "None of these cycles is committed"
    alike = "Cycle 5: 2 of 8 have reached their goals after 18 of 32 working days; the scope is as committed"
    assert burn_up.finding(demo_view("burn-up", 5, 5, "LKM")) == alike


def test_the_last_day_of_each_cycle_is_what_its_figures_say() -> None:
    view = demo_view("burn-up", 1, 7)
    lasts = {row.values["cycle"]: row for row in view.totals}
    assert list(lasts) == [1, 2, 3, 4, 5]
    for cycle, row in lasts.items():
        assert isinstance(cycle, int)
        figures = view.span.summary(cycle, view.choice)
        assert row.values["scope"] == len(view.span.members(cycle, view.choice))
        assert row.values["reached"] == figures.met
        assert (row.values["added_since"], row.values["removed_since"]) == (figures.added, figures.removed)
    assert lasts[4].values["day"] == date(2023, 3, 19)
    assert lasts[5].values["day"] == date(2023, 4, 14)


@pytest.mark.parametrize("by", list(By))
def test_the_cycle_under_way_ends_with_hollow_points(by: By) -> None:
    view = demo_view("burn-up", 1, 7, by=by)
    ends = [trace for trace in drawings.figure(view).data if trace.mode == "markers"]
    assert sum(trace.y[0] for trace in ends if trace.name == "scope") == 102
    assert sum(trace.y[0] for trace in ends if trace.name == "reached") == 22
