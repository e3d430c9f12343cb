"""Every number that a chart draws is what its definition says, and its items add up to it, whatever is chosen."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.counts import count
from tests.properties import chart_oracles
from tests.properties.chart_oracles.case import Case
from tests.properties.plain_facts import facts_of
from tests.properties.random_cycles import RandomProgramme, random_cycles
from tracker.charts.registry import CHARTS
from tracker.domain.charts import sheets
from tracker.domain.charts.sheets import By, Sheet, SheetRow, added_up
from tracker.domain.charts.span import Span, Tags
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import Choice, choice_of
from tracker.domain.figures.words import Adds

# The numbers of a chart are computed in one way from either database, which the figures' own laws see to.
MANY = settings(max_examples=count(300), suppress_health_check=list(HealthCheck))
A_WHILE = pytest.mark.timeout(1200)
# Imported before the first example: Hypothesis draws from the constants of all modules that it has seen by then.
ORACLES: dict[str, Callable[[Case], list[dict[str, Any]]]] = {
    name: importlib.import_module(f"{chart_oracles.__name__}.{name}").rows
    for _, name, _ in pkgutil.iter_modules(chart_oracles.__path__)
    if name != "case"
}


def asked(made: RandomProgramme, data: st.DataObject) -> tuple[Span, Choice, Case]:
    """Some cycles and workstreams of the programme, for the charts and for their oracles."""
    programme = made.programme
    some = st.sampled_from([row.cycle for row in programme.cycles])
    first, last = sorted((data.draw(some), data.draw(some)))
    streams = data.draw(st.lists(st.sampled_from([row.code for row in programme.workstreams]), unique=True))
    history = History(facts_of(programme, made.zone))
    tags = Tags(
        {row.id: row.reason for row in programme.changes if row.reason},
        {row.id: row.category for row in programme.blockers},
    )
    span = Span(history, made.as_of, first, last, tags=tags)
    choice = choice_of(history, [], streams)
    case = Case(programme, made.zone, made.as_of, first, last, list(choice.workstreams), not streams)
    return span, choice, case


@A_WHILE
@pytest.mark.parametrize("name", ORACLES)
@MANY
@given(made=random_cycles(), data=st.data())
def test_every_number_is_what_the_definition_says(name: str, made: RandomProgramme, data: st.DataObject) -> None:
    span, choice, case = asked(made, data)
    expected = ORACLES[name](case)
    sheet = sheets.whole(CHARTS[name.replace("_", "-")].source, span, choice)
    found = [{key: row.values[key] for key in wanted} for row, wanted in zip(sheet.rows, expected, strict=True)]
    assert found == expected


@A_WHILE
@pytest.mark.parametrize("by", list(By))
@MANY
@given(made=random_cycles(), data=st.data())
def test_items_add_up_to_every_number(by: By, made: RandomProgramme, data: st.DataObject) -> None:
    span, choice, _ = asked(made, data)
    for chart in CHARTS.values():
        sheet = sheets.sheet(chart.source, span, choice, by)
        for row in sheet.rows:
            assert_adds_up(sheet, row)
        assert len({tuple(row.values[key] for key in sheet.keys) for row in sheet.rows}) == len(sheet.rows)


def assert_adds_up(sheet: Sheet, row: SheetRow) -> None:
    for column in sheet.columns:
        if column.adds in {Adds.KEY, Adds.NONE}:
            continue
        value, items = row.values[column.name], row.items(column.name)
        if value is None:
            assert not items or added_up(column, items) is None, (sheet.chart, row.values, column)
        else:
            assert added_up(column, items) == value, (sheet.chart, row.values, column)


def test_every_chart_has_an_oracle() -> None:
    assert sorted(ORACLES) == sorted(name.replace("-", "_") for name in CHARTS)
