"""Who waits on whom says which pair waited longest; a cell opens times that add up, those between cycles left out."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.builders import Flow, a_cycle, a_programme, day
from tests.demo_data.programme_files import STOCKHOLM
from tests.properties.plain_facts import facts_of
from tests.properties.test_charts import assert_adds_up
from tests.unit.charts.speech import ENGLISH
from tracker.charts import registry as drawings
from tracker.charts import waiting
from tracker.charts.view import View
from tracker.domain.charts.cautions import Caution, cautions
from tracker.domain.charts.sheets import By, sheet, whole
from tracker.domain.charts.span import Span
from tracker.domain.charts.waiting import SOURCE
from tracker.domain.figures.facts import PartFact
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import choice_of
from tracker.domain.states import State

_DAYS_OFF = 14  # between the two cycles


def joined(key: str, stream: str, id_: int) -> PartFact:
    return id_, key, stream, None, "joined", day(-30), day(-30)


def signed(key: str, stream: str, at: datetime, id_: int, stage: str = "design") -> PartFact:
    return id_, key, stream, stage, "signed", at, at


def a_view(
    *parts: PartFact, last: int = 1, streams: tuple[str, ...] = (), by: By = By.PROGRAMME, at: float = 11
) -> View:
    """LKM-001 and LKM-002 are in design from the first day of cycle 1 on, a Monday at 10."""
    flows = [Flow(key).to(State.DESIGN, day(1)) for key in ("LKM-001", "LKM-002")]
    off, second = timedelta(days=_DAYS_OFF), a_cycle(2)
    cycles = [a_cycle(1), replace(second, starts_on=second.starts_on + off, ends_on=second.ends_on + off)]
    facts = replace(facts_of(a_programme(*flows, cycles=cycles), STOCKHOLM), parts=parts)
    history = History(facts)
    span, choice = Span(history, day(at), 1, last), choice_of(history, [], streams)
    all_ = whole(SOURCE, span, choice)
    return View(
        sheet(SOURCE, span, choice, by), all_, span, choice, ENGLISH, lambda row, column: f"{column}{row.values}"
    )


BOTH = (joined("LKM-001", "LAB", 1), joined("LKM-002", "LAB", 2))


@pytest.mark.parametrize(
    ("signs", "at", "said"),
    [
        ((), 11, "No workstream waited on another, cycle 1 so far"),
        ((signed("LKM-001", "LAB", day(10), 3),), 11, "Only LAB waited, on LKM: 1.0 day, cycle 1 so far"),
        ((signed("LKM-001", "LAB", day(1), 3),), 11, "Only LAB waited, on LKM: 10.0 days, cycle 1 so far"),
        (
            (signed("LKM-001", "LAB", day(1), 3), signed("LKM-002", "LKM", day(9), 4)),
            11,
            "LAB waited longest on LKM: 10.0 of 12.0 days, cycle 1 so far",
        ),
        (
            (signed("LKM-001", "LAB", day(9), 3), signed("LKM-002", "LKM", day(9), 4)),
            60,
            "Longest waits: LAB on LKM and LKM on LAB, 40.6 each of 81.2 days, cycle 1",
        ),
        (
            (signed("LKM-001", "LAB", day(11), 3),),
            11,
            "Less than a tenth of a day of waiting in 1 workflow, cycle 1 so far",
        ),
        ((), -40, "There are no figures for these cycles yet"),
    ],
)
def test_the_title_says_who_waited_longest_and_is_a_sentence_of_one_and_of_none(
    signs: tuple[PartFact, ...], at: float, said: str
) -> None:
    assert drawings.finding(a_view(*BOTH, *signs, at=at)) == said


def test_a_wait_over_two_cycles_is_one_item_without_the_time_between_them() -> None:
    view = a_view(*BOTH, signed("LKM-001", "LAB", day(40), 3), last=2, at=70)
    (row,) = view.totals
    (item,) = row.items("waited_days")
    whole_time = day(70) - day(40) - timedelta(days=_DAYS_OFF, hours=-1)  # clocks went forward between the cycles
    assert (item.item, item.at, item.until, item.amount) == ("LKM-001", day(40), None, whole_time)
    assert row.values["still_waiting"] == 1
    assert drawings.finding(view) == "Only LAB waited, on LKM: 16.0 days, cycles 1–2 so far"


def test_a_choice_shows_both_sides_and_each_workstream_has_its_own_pairs() -> None:
    signs = (signed("LKM-001", "LAB", day(1), 3), signed("LKM-002", "LKM", day(9), 4))
    for streams in (("LAB",), ("LKM",), ()):
        pairs = [
            (row.values["waiting"], row.values["waited_on"]) for row in a_view(*BOTH, *signs, streams=streams).rows
        ]
        assert pairs == [("LAB", "LKM"), ("LKM", "LAB")]
    for by in By:
        view = a_view(*BOTH, *signs, by=by)
        for row in view.rows:
            assert_adds_up(view.sheet, row)
        marks = [link for trace in drawings.figure(view).data for link in trace.customdata]
        assert len(marks) == len(view.totals)
    assert waiting.details(a_view(*BOTH, *signs)) == [
        "LAB waited 10.0 days: LKM 10.0 (1).",
        "LKM waited 2.0 days: LAB 2.0 (1).",
    ]


def test_what_is_done_without_all_parts_is_to_be_minded() -> None:
    flows = [Flow(key).to(State.DONE, day(3)) for key in ("LKM-001", "LKM-002")]
    parts = [
        *BOTH,
        *(signed("LKM-001", "LAB", day(2), 3 + n, stage) for n, stage in enumerate(("design", "validation", "test"))),
    ]
    history = History(replace(facts_of(a_programme(*flows, cycles=[a_cycle(1)]), STOCKHOLM), parts=parts))
    span = Span(history, day(11), 1, 1)
    for streams, expected in (((), ["LKM-002"]), (("LKM",), ["LKM-002"]), (("LAB",), [])):
        found = cautions(span, choice_of(history, [], streams), {})[Caution.DONE_OPEN]
        assert [each.item for each in found] == expected
