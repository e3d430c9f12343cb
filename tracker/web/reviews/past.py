"""What the open workstream of a review came to in its last cycles, as small tables with bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlmodel import Session

from tracker.charts.registry import CHARTS
from tracker.queries.reviews import frame
from tracker.queries.reviews.frame import PastCycle
from tracker.web.charts import figure_words
from tracker.web.charts import words as chart_words
from tracker.web.http.context import now
from tracker.web.reviews.page import ReviewPage
from tracker.web.ui.translation import gettext

BAR = 20  # px, of the highest


@dataclass(frozen=True, slots=True)
class PastCell:
    """A figure of a cycle in words, how high its bar is, and where its items are; no link where it counts none."""

    text: str
    height: int
    is_under_way: bool
    link: str


@dataclass(frozen=True, slots=True)
class PastTable:
    """Figures of one chart, cycle by cycle."""

    chart: str
    title: str
    link: str
    cycles: Sequence[PastCycle]
    rows: Sequence[tuple[str, str, Sequence[PastCell]]]  # column, its name, cells


def tables(session: Session, found: ReviewPage) -> list[PastTable]:
    """The tables of the workstream that is open."""
    if found.part is None:
        return []
    code = found.part.code
    cycles = frame.last_cycles(session, found.review.cycle, code, now=now())
    return [_table(name, columns, cycles, code) for name, columns in frame.CHARTS.items() if cycles]


def _table(chart: str, columns: Sequence[str], cycles: Sequence[PastCycle], code: str) -> PastTable:
    place: dict[str, Any] = {"name": chart, "from": cycles[0].number, "to": cycles[-1].number, "workstream": code}
    highest = max((_count(cycle, column) or 0 for cycle in cycles for column in columns), default=0)

    def cell(cycle: PastCycle, column: str) -> PastCell:
        count = _count(cycle, column)
        height = max(2, round(BAR * count / highest)) if count else 0
        link = url_for("charts.show", **place, show=column, cycle=cycle.number) if count else ""
        return PastCell("–" if count is None else figure_words.written(count), height, cycle.is_under_way, link)

    return PastTable(
        chart,
        _title(chart),
        url_for("charts.show", **place),
        cycles,
        [(column, chart_words.label(column), [cell(cycle, column) for cycle in cycles]) for column in columns],
    )


def _title(chart: str) -> str:
    return gettext(CHARTS[chart].title) if chart in CHARTS else gettext("Blockers")


def _count(cycle: PastCycle, column: str) -> int | None:
    value = cycle.row.values[column]
    return value if isinstance(value, int) else None
