"""States by day."""

from datetime import date, timedelta

from tests.unit.charts.demo import demo_view
from tracker.charts import cumulative_flow
from tracker.charts import registry as drawings
from tracker.domain.charts.sheets import By
from tracker.domain.states import STATES


def test_the_title_gives_what_is_done_under_way_and_not_started() -> None:
    said = "137 of 242 are done, 72 are under way and 33 are not started"
    assert cumulative_flow.finding(demo_view("cumulative-flow", 1, 7)) == said
    few = "11 of 18 are done, 6 are under way and 1 is not started"
    assert cumulative_flow.finding(demo_view("cumulative-flow", 4, 6, "LKM")) == few
    assert cumulative_flow.finding(demo_view("cumulative-flow", 6, 7)) == "None of these cycles has begun"


def test_the_last_day_of_a_cycle_is_its_scope() -> None:
    days = {row.values["day"]: row for row in demo_view("cumulative-flow", 1, 7).totals}
    assert list(days) == [date(2022, 9, 5) + timedelta(days=n) for n in range(222)]
    view = demo_view("scope", 1, 5)
    for row, cycle in zip(view.totals, view.span.cycles, strict=True):
        day = days[min(cycle.ends_on, date(2023, 4, 14))]
        assert [day.values[state.value] for state in STATES] == [row.values[state.value] for state in STATES]


def test_a_project_has_days_from_its_first_cycle_on() -> None:
    assert demo_view("cumulative-flow", 4, 6, "DRS").totals[0].values["day"] == date(2023, 3, 20)
    assert not demo_view("cumulative-flow", 1, 4, "DRS").totals


def test_small_drawings_leave_out_days_on_which_nothing_changes() -> None:
    view = demo_view("cumulative-flow", 1, 7, by=By.WORKSTREAM)
    whole = demo_view("cumulative-flow", 1, 7)
    assert {len(trace.x) for trace in drawings.figure(whole).data} == {len(whole.totals)}
    assert sum(len(trace.x) for trace in drawings.figure(view).data) < len(STATES) * len(view.rows) / 4
