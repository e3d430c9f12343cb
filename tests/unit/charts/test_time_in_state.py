"""Days in each state."""

from collections import defaultdict

from tests.unit.charts.demo import demo_view
from tracker.charts import registry as drawings
from tracker.charts import time_in_state
from tracker.domain.charts import lead_time, sheets


def test_the_title_names_the_state_that_took_longest_or_those_that_did() -> None:
    assert time_in_state.finding(demo_view("time-in-state", 1, 7)) == (
        "Half of the 59 tested in cycle 4 spent 17 days or less in validation, and in test as well: longer than in "
        "design"
    )
    assert time_in_state.finding(demo_view("time-in-state", 5, 6)) == (
        "Half of the 17 tested in cycle 5 spent 32 days or less in test, the longest of the three"
    )


def test_fewer_than_ten_are_too_few_to_tell() -> None:
    few = demo_view("time-in-state", 4, 6, "LKM")
    assert time_in_state.finding(few) == "Too few to tell: 7 workflows tested, and no cycle has ten"
    assert time_in_state.details(few) == [
        "Cycle 4: 6 tested, too few for percentiles.",
        "Cycle 5: 1 tested, too few for percentiles.",
    ]
    assert time_in_state.finding(demo_view("time-in-state", 6, 7)) == "Nothing has been tested in these cycles yet"


def test_the_days_in_the_states_of_each_workflow_add_up_to_its_lead_time_less_one() -> None:
    view = demo_view("time-in-state", 1, 5)
    spent: dict[tuple[object, object], int] = defaultdict(int)
    for row in view.rows:
        for each in row.items("n"):
            assert isinstance(each.amount, int)
            spent[row.values["cycle"], each.item] += each.amount
    lead_times = sheets.whole(lead_time.SOURCE, view.span, view.choice).rows
    assert spent == {
        (row.values["cycle"], row.values["workflow"]): row.values["lead_time_days"] - 1  # type: ignore[operator]
        for row in lead_times
        if row.values["workflow"] is not None
    }


def test_each_cycle_with_percentiles_has_a_bar_and_a_line_per_state() -> None:
    view = demo_view("time-in-state", 1, 7)
    marks = {trace.name: len(trace.customdata) for trace in drawings.figure(view).data}
    assert marks == {f"{state}{part}": 5 for state in ("design", "validation", "test") for part in ("", "_most")}
