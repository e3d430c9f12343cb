"""The heat map of any figure says who had the most, or who was highest and lowest."""

import pytest

from tests.properties.test_charts import assert_adds_up
from tests.unit.charts.demo import demo_view
from tracker.charts import heatmap, heatmap_drawing
from tracker.charts import registry as drawings
from tracker.domain.charts.sheets import By
from tracker.web.charts.figure_words import FIGURES


def test_the_title_names_those_who_gave_most_of_the_last_cycle_that_is_over() -> None:
    assert heatmap.finding(demo_view("heatmap", 4, 6)) == "LKM and PAT gave 12 of cycle 4’s 59 tested"
    assert heatmap.finding(demo_view("heatmap", 4, 4, by=By.PROJECT)) == "SOKI gave 53 of cycle 4’s 59 tested"


@pytest.mark.parametrize(
    ("first", "streams", "figure", "said"),
    [
        (5, (), "tested", "MDO had 2 of 17"),
        (4, ("LKM",), "tested", "Tested, cycle 4: LKM 6"),
        (1, ("EXT", "LLA"), "tested", "Tested, cycle 4: 0"),
        (1, ("EXT", "LLA"), "blockers_open", "Open blockers, cycle 4: no workstream had more than 1 of 2"),
        (4, (), "lead_time_p50_days", "cycle 4: 57 in all, too little to go by for each"),
        (4, ("EXT", "MBI"), "median_blocker_age_days", "cycle 4: highest in EXT (34), lowest in MBI (3)"),
        (6, (), "tested", "There are no figures for these cycles yet"),
    ],
)
def test_the_title_suits_every_figure(first: int, streams: tuple[str, ...], figure: str, said: str) -> None:
    last = 4 if first < 5 else first
    assert said in heatmap.finding(demo_view("heatmap", first, last, *streams, figure=figure))


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_adds_up_and_is_drawn_with_a_mark_for_each_cell(figure: str) -> None:
    view = demo_view("heatmap", 3, 6, figure=figure)
    for row in view.rows:
        assert_adds_up(view.sheet, row)
    drawn = drawings.figure(view)
    assert [len(trace.customdata) for trace in drawn.data] == [len(view.rows) + len(view.totals)]
    assert heatmap.finding(view)
    assert len(heatmap.details(view)) == len(view.totals)


def test_small_counts_always_have_the_same_classes_and_others_a_quarter_of_the_cells_each() -> None:
    bounds = heatmap_drawing.bounds
    assert bounds(demo_view("heatmap", 1, 6)) == (1, 2, 4)
    assert bounds(demo_view("heatmap", 1, 5, by=By.PROJECT)) == (2, 5, 16)
