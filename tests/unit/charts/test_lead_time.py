"""Lead times, workflow by workflow."""

import pytest

from tests.unit.charts.demo import demo_view
from tracker.charts import lead_time
from tracker.charts import registry as drawings
from tracker.domain.charts.sheets import By


def test_the_title_speaks_of_the_last_cycle_that_is_over() -> None:
    said = "Half of the 59 tested in cycle 4 took 57 days or less, 85% took 106 or less"
    assert lead_time.finding(demo_view("lead-time", 4, 6)) == said
    assert lead_time.finding(demo_view("lead-time", 1, 7)) == said
    assert lead_time.finding(demo_view("lead-time", 5, 6)).startswith("Half of the 17 tested in cycle 5 took 57 days")


def test_fewer_than_ten_have_no_percentiles_and_none_have_nothing() -> None:
    few = demo_view("lead-time", 4, 6, "LKM")
    assert lead_time.finding(few) == "7 workflows tested, lead times 33 to 134 d; too few for percentiles"
    assert lead_time.details(few)[1] == "Cycle 5: 1 tested, lead time 57 d."
    assert lead_time.finding(demo_view("lead-time", 6, 7)) == "Nothing has been tested in these cycles yet"
    assert lead_time.finding(demo_view("lead-time", 4, 4, "EXT")) == "Nothing has been tested in these cycles yet"


@pytest.mark.parametrize("by", list(By))
def test_every_workflow_tested_has_a_mark_that_leads_to_it(by: By) -> None:
    view = demo_view("lead-time", 1, 7, by=by)
    dots = [trace for trace in drawings.figure(view).data if trace.name == "tested"]
    links = [link for trace in dots for link in trace.customdata]
    assert len(links) == len(set(links)) == 11 + 19 + 31 + 59 + 17
    assert all(links)
