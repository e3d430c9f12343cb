"""The words of the figures: every figure has its own, and its number is written with its places and unit."""

from dataclasses import fields
from decimal import Decimal

import pytest
from flask import Flask

from tests.databases import ON_SQLITE
from tracker.domain.figures.one_cycle import OPENED
from tracker.domain.figures.summaries import Summary
from tracker.domain.figures.words import PART_FIGURES, PART_GROUP
from tracker.domain.signoffs.summary import PartSummary
from tracker.web.charts import figure_words
from tracker.web.charts.figure_words import FIGURES, GROUPS, OTHERS

NOT_FIGURES = {
    "cycle",
    "basis",
    "project",
    "workstream",
    "as_of",
    "starts_on",
    "ends_on",
    "planning_starts_on",
    "planning_ends_on",
    "working_days",
    "status",
}


def test_every_figure_has_words_of_its_own_and_every_list_a_figure() -> None:
    assert set(FIGURES) == {field.name for field in fields(Summary)} - NOT_FIGURES
    assert set(OPENED) <= set(FIGURES | PART_FIGURES | OTHERS)
    assert {words.group for words in FIGURES.values()} == set(GROUPS)
    assert set(PART_FIGURES) == {field.name for field in fields(PartSummary)} - NOT_FIGURES
    assert {words.group for words in PART_FIGURES.values()} == set(PART_GROUP)
    labels = [words.label for words in (FIGURES | PART_FIGURES | OTHERS).values()]
    assert len(labels) == len(set(labels))


@ON_SQLITE
@pytest.mark.parametrize(
    ("language", "figure", "value", "expected"),
    [
        ("sv", "ratio_to_previous", Decimal("1.90"), "1,90 gånger"),
        ("sv", "tested_per_working_day", Decimal("0.9"), "0,90"),
        ("sv", "blocked_days", Decimal("1234.5"), "1\xa0234,5 dagar"),
        ("sv", "lead_time_p85_days", 1, "1 dag"),
        ("sv", "tested", 59, "59"),
        ("sv", "tested", None, "–"),
        ("en", "lead_time_p50_days", 23, "23 days"),
        ("en", "ratio_to_previous", Decimal(2), "2,00 times"),
    ],
)
def test_a_number_has_its_places_and_its_unit(
    app: Flask, language: str, figure: str, value: Decimal | int | None, expected: str
) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert figure_words.with_unit(figure, value) == expected


@ON_SQLITE
def test_definitions_by_goal_name_the_goal(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        for figure in ("committed_validation", "met_validation", "members_validation"):
            assert "validering" in figure_words.definition(figure)
        assert all("%(" not in figure_words.definition(figure) for figure in FIGURES | PART_FIGURES | OTHERS)
