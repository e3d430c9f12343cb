"""What charts say of a cycle that has yet to begin is planned, unless the cycle was closed before it began."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.builders import Flow, a_cycle, a_programme, day
from tests.properties.plain_facts import facts_of
from tracker.charts.registry import CHARTS
from tracker.domain.charts import sheets
from tracker.domain.charts.sheets import Value
from tracker.domain.charts.span import Span
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import choice_of
from tracker.domain.states import CycleStatus

PLANNED = {"throughput": "planned_test", "commitment": "planned", "carry-over": "members"}


def planned(chart: str, as_of: datetime, closed_at: datetime | None = None) -> Value:
    status = CycleStatus.RUNNING if closed_at is None else CycleStatus.CLOSED
    cycle = replace(a_cycle(1, status), closed_at=closed_at)
    programme = a_programme(Flow("LKM-001").in_cycle(1), Flow("LAB-001").in_cycle(1), cycles=[cycle])
    history = History(facts_of(programme, ZoneInfo("Europe/Stockholm")))
    sheet = sheets.whole(CHARTS[chart].source, Span(history, as_of, 1, 1), choice_of(history, [], []))
    return sheet.rows[-1].values[PLANNED[chart]]


@pytest.mark.parametrize("chart", PLANNED)
def test_a_cycle_that_was_closed_before_it_began_plans_nothing(chart: str) -> None:
    assert planned(chart, as_of=day(0)) == 2
    assert planned(chart, as_of=day(0), closed_at=day(-1)) is None
