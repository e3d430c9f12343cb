"""Moves back are counted by reason, and the title says which was given most."""

from tests.unit.charts.demo import demo_view
from tracker.charts import moves_back
from tracker.charts import registry as drawings
from tracker.domain.charts.sheets import By


def test_the_title_counts_the_moves_and_names_the_most_frequent_reason() -> None:
    said = moves_back.finding(demo_view("moves-back", 4, 6))
    assert said == "13 moves back in cycles 4–5, most often for failed validation (7)"


def test_the_title_of_few_moves_or_none_is_a_sentence_too() -> None:
    assert moves_back.finding(demo_view("moves-back", 1, 5, "LKM")) == "1 move back in cycles 1–5, for dependency"
    assert moves_back.finding(demo_view("moves-back", 4, 4, "EXT")) == "No moves back in cycle 4"
    assert moves_back.finding(demo_view("moves-back", 6, 7)) == "There are no figures for these cycles yet"


def test_equally_frequent_reasons_are_named_together_and_many_are_not_named() -> None:
    assert (
        moves_back.finding(demo_view("moves-back", 1, 1))
        == "2 moves back in cycle 1, most often for failed test and for failed validation (1 each)"
    )
    assert moves_back.finding(demo_view("moves-back", 2, 2)) == "5 moves back in cycle 2, no reason more than once"


def test_details_give_every_reason_of_each_cycle_that_has_begun() -> None:
    assert moves_back.details(demo_view("moves-back", 4, 6))[1:] == [
        "2 moves back in cycle 5: failed validation 1, changed requirement 1."
    ]


def test_every_number_is_a_mark_alone_and_by_workstream() -> None:
    for by in By:
        view = demo_view("moves-back", 1, 7, by=by)
        marks = [link for trace in drawings.figure(view).data for link in trace.customdata]
        assert len(marks) == sum(bool(row.values["moves_back"]) for row in view.rows)
        assert all(marks)
