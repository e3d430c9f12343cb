"""The chart of causes names the one that cost the most days, out of all of them."""

from decimal import Decimal

import pytest

from tests.unit.charts.demo import demo_view
from tracker.charts import blocker_causes
from tracker.charts import registry as drawings
from tracker.domain.charts.sheets import By, Sheet
from tracker.domain.states import BlockerCategory


@pytest.mark.parametrize(
    ("first", "last", "streams", "said"),
    [
        (4, 6, (), "Decision cost the most blocked days: 527.6 of 1,275.3"),
        (4, 5, ("EXT",), "Decision cost all 239.4 blocked days"),
        (5, 5, ("DRS",), "No workflow was blocked in these cycles"),
        (6, 7, (), "There is nothing to say of blockers in these cycles yet"),
    ],
)
def test_the_title_names_the_dearest(first: int, last: int, streams: tuple[str, ...], said: str) -> None:
    assert blocker_causes.finding(demo_view("blocker-causes", first, last, *streams)) == said


def test_the_dearest_of_all_cycles_comes_first_in_each() -> None:
    view = demo_view("blocker-causes", 4, 6)
    order = [row.values["category"] for row in view.rows if row.values["cycle"] == 4]
    assert [row.values["category"] for row in view.rows] == order * 3
    assert order[0] is BlockerCategory.DECISION
    sums = dict.fromkeys(order, Decimal(0))
    for row in view.rows:
        days = row.values["category_days"]
        sums[row.values["category"]] += days if isinstance(days, Decimal) else 0
    assert list(sums.values()) == sorted(sums.values(), reverse=True)


def test_details_tell_all_days_of_each_cycle_and_those_of_each_category() -> None:
    assert blocker_causes.details(demo_view("blocker-causes", 4, 6, "LKM")) == [
        (
            "Cycle 4: 56.0 blocked days in all, by category vendor 36.3, dependency between workstreams 11.4 and "
            "decision 8.3."
        ),
        "Cycle 5: 50.9 blocked days in all, by category vendor 43.2 and data 7.8.",
        "Cycle 6 has no figures of blockers.",
    ]


@pytest.mark.parametrize("by", list(By))
def test_every_number_is_a_mark_that_leads_to_its_items(by: By) -> None:
    view = demo_view("blocker-causes", 1, 7, by=by)
    bars = [trace for trace in drawings.figure(view).data if trace.type == "bar"]
    assert sum(map(bool, (link for trace in bars for link in trace.customdata))) == drawn(view.sheet)


def drawn(sheet: Sheet) -> int:
    return sum(bool(row.values["category_days"]) for row in sheet.rows)
