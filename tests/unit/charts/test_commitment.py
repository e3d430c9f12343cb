"""What was committed to and what became of it: the demo's figures, the sentences, and that goals add up to cycles."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.counts import count
from tests.properties.random_cycles import RandomProgramme, random_cycles
from tests.properties.test_charts import asked
from tests.unit.charts.demo import demo_view
from tracker.charts import commitment
from tracker.charts import registry as drawings
from tracker.domain.charts import sheets
from tracker.domain.charts.commitment import SOURCE
from tracker.domain.charts.sheets import By
from tracker.domain.states import CycleStatus, Goal

SUMS = ("committed", "added", "removed", "met", "carried_out", "returned", "dropped")
PARTS = ("met", "carried_out", "returned", "dropped", "remaining")


def test_the_demo_was_committed_to_and_kept_as_much_of_goal_test_as_its_figures_say() -> None:
    rows = [row.values for row in demo_view("commitment", 1, 5).totals if row.values["goal"] is Goal.TEST]
    assert [row["committed"] for row in rows] == [20, 30, 46, 66, 50]
    assert [row["kept"] for row in rows] == [row["met"] for row in rows] == [11, 19, 31, 59, 17]
    assert [row["kept_percent"] for row in rows] == [55, 63, 67, 89, 34]


def test_the_title_names_the_share_the_goal_and_what_it_is_a_share_of() -> None:
    assert commitment.finding(demo_view("commitment", 4, 6)) == "Cycle 4: 59 of 66 with goal test met, 89%"
    assert (
        commitment.finding(demo_view("commitment", 1, 7))
        == "Cycle 4: 59 of 66 with goal test met, 89%, against 31 of 46, 67%, in cycle 3"
    )
    assert commitment.finding(demo_view("commitment", 5, 6)) == "Cycle 5: 17 of 50 with goal test met so far, 34%"


def test_without_goal_test_the_title_is_about_all_goals_and_without_any_it_says_so() -> None:
    assert commitment.finding(demo_view("commitment", 4, 4, "LLA")) == "Cycle 4: 0 of 3 goals met, 0%"
    assert commitment.finding(demo_view("commitment", 1, 1, "EXT")) == "Cycle 1 was committed to nothing"
    assert commitment.finding(demo_view("commitment", 6, 7)) == "Cycle 6 is not committed; 18 workflows are planned"
    assert commitment.finding(demo_view("commitment", 7, 7)) == "Nothing has been committed to in these cycles yet"


def test_what_is_known_since_the_close_to_be_met_is_told_and_in_the_bar_once() -> None:
    view = demo_view("commitment", 3, 3)
    row = next(row for row in view.totals if row.values["goal"] is Goal.TEST)
    numbers = {name: row.values[name] for name in (*PARTS, "met_since", "members")}
    assert numbers == {
        "met": 31,
        "carried_out": 15,
        "returned": 1,
        "dropped": 0,
        "remaining": 0,
        "met_since": 1,
        "members": 46,
    }
    assert commitment.details(view)[-1] == (
        "Of the rest: 15 carried over, 1 returned to the backlog and 1 of them met, known since."
    )


def test_every_part_is_a_mark_alone_and_by_workstream() -> None:
    drawn = ("committed", *PARTS, "met_since", "planned")
    for by in By:
        view = demo_view("commitment", 1, 7, by=by)
        marks = [link for trace in drawings.figure(view).data for link in trace.customdata]
        assert len(marks) == sum(bool(row.values[name]) for row in view.rows for name in drawn)
        assert all(marks)


@settings(max_examples=count(200), suppress_health_check=list(HealthCheck))
@given(made=random_cycles(), data=st.data())
def test_the_goals_add_up_to_the_cycle_and_its_parts_to_its_members(made: RandomProgramme, data: st.DataObject) -> None:
    span, choice, _ = asked(made, data)
    rows = [row.values for row in sheets.whole(SOURCE, span, choice).rows]
    for cycle in span.cycles:
        summary = span.summary(cycle.cycle, choice)
        of_goals = [row for row in rows if row["cycle"] == cycle.cycle]
        for figure in SUMS:
            numbers = [value for row in of_goals if isinstance(value := row[figure], int)]
            assert (sum(numbers) if numbers else None) == getattr(summary, figure), figure
        for row in of_goals:
            if row["committed"] is None:
                continue
            parts = {name: value for name in (*PARTS, "met_since", "members") if isinstance(value := row[name], int)}
            assert sum(parts.get(name, 0) for name in PARTS) - parts["met_since"] == parts["members"]
        reported = span.reported_summary(cycle.cycle, choice)
        if reported is not None and reported.committed is not None and summary.status is CycleStatus.CLOSED:
            ends = [getattr(reported, name) for name in ("met", "carried_out", "returned", "dropped")]
            assert sum(ends) == reported.committed + (reported.added or 0) - (reported.removed or 0)
