"""Lead times: a dot for each workflow on the day it was done, and how long half and 85% of each cycle's took."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from tracker.charts.palette import colour
from tracker.charts.plot import BOLD, WIDE, Mark, Panel, Plot, Series
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, count
from tracker.domain.charts.lead_time import RANKS
from tracker.domain.charts.sheets import Row
from tracker.domain.errors import N_
from tracker.domain.programme_rows import CycleRow

TITLE = N_("Lead time")
DEFINITION = N_(
    "Days from the last time the work began to the last time it was done, both counted, for each workflow tested in "
    "these cycles, by the day it was done. In each cycle half took as long as the dashed line or less, 85% as long as "
    "the solid one; there are none for fewer than ten."
)
COLUMNS = {
    "done_on": ColumnWords(N_("Done on"), N_("The local day of the last entry into done before the cycle was over.")),
    "lead_time_days": ColumnWords(
        N_("Lead time, days"),
        N_("Local days from the last time the work began to the last time it was done, both days counted."),
    ),
}
P50, P85 = RANKS
_DAY = timedelta(days=1)
_MANY_CYCLES = 4  # above this there is no room for their first days, nor in a narrow drawing for numbers
_ASIDE = timedelta(hours=10)  # from those of the same day and lead time, so that each can be seen


def sample(view: View) -> int:
    """How many finished workflows the chart is about."""
    return len(view.totals)


def finding(view: View) -> str:
    """How long it took in the last cycle that is over, else in the one under way."""
    speech, by_cycle = view.speech, _by_cycle(view.totals)
    if not by_cycle:
        return speech.gettext("Nothing has been tested in these cycles yet")
    telling = [rows for rows in by_cycle.values() if rows[0].values[P50] is not None]
    if not telling:
        rows = list(view.totals)
        return speech.ngettext(
            "%(num)s workflow tested, lead time %(least)s d; too few for percentiles",
            "%(num)s workflows tested, lead times %(least)s to %(most)s d; too few for percentiles",
            len(rows), least=min(count(row, "lead_time_days") for row in rows),
            most=max(count(row, "lead_time_days") for row in rows),
        )  # fmt: skip
    rows = next((rows for rows in reversed(telling) if not view.is_open(rows[0])), telling[-1])
    return speech.ngettext(
        "Half of the %(tested)s tested in cycle %(cycle)s took %(num)s day or less, 85%% took %(most)s or less",
        "Half of the %(tested)s tested in cycle %(cycle)s took %(num)s days or less, 85%% took %(most)s or less",
        count(rows[0], P50), tested=len(rows), cycle=rows[0].values["cycle"], most=rows[0].values[P85],
    )  # fmt: skip


def details(view: View) -> list[str]:
    """Each cycle in a sentence."""
    speech, told = view.speech, []
    for number, rows in _by_cycle(view.totals).items():
        days = [count(row, "lead_time_days") for row in rows]
        words = {"cycle": speech.cycle(number), "least": min(days), "most": max(days)}
        if rows[0].values[P50] is None:
            told.append(
                speech.ngettext(
                    "%(cycle)s: %(num)s tested, lead time %(least)s d.",
                    "%(cycle)s: %(num)s tested, lead times %(least)s to %(most)s d.", len(rows), **words,
                )
            )  # fmt: skip
            continue
        told.append(
            speech.gettext(
                "%(cycle)s: %(tested)s tested, lead times %(least)s to %(most)s d; half took %(half)s d or less, 85%% "
                "took %(nearly)s d or less.",
                tested=len(rows), half=rows[0].values[P50], nearly=rows[0].values[P85], **words,
            )
        )  # fmt: skip
    return told


def draw(view: View, plot: Plot, rows: Sequence[Row]) -> None:
    """A dot for each workflow over the days of the cycles that have begun."""
    plot.height = 340
    cycles = [row for row in view.span.cycles if view.span.reading(row.cycle).is_begun]
    plot.margin = plot.margin | {"b": 48 if len(cycles) <= _MANY_CYCLES else 28}
    panel = plot.panel()
    _axes(view, plot, panel, cycles)
    tested = Series("tested", colour("s3"))
    for row, aside in zip(rows, _asides(rows), strict=True):
        tested.marks.append(Mark(_noon(row.values["done_on"]) + aside, row.values["lead_time_days"], _told(view, row),
                                 view.link(row, "lead_time_days")))  # fmt: skip
    size = 6 if plot.is_small else 7
    panel.dots(tested, marker={"size": size, "line": {"color": colour("paper"), "width": 1}})
    by_cycle = _by_cycle(rows)
    told = [cycle for cycle in cycles if cycle.cycle in by_cycle and by_cycle[cycle.cycle][0].values[P50] is not None]
    for cycle in told:
        _ranks(view, plot, panel, cycle, by_cycle[cycle.cycle], is_first=cycle is told[0])


def _axes(view: View, plot: Plot, panel: Panel, cycles: Sequence[CycleRow]) -> None:
    """The days of the cycles, with where one ends and another begins."""
    speech = view.speech
    middles = [_midnight(row.starts_on) + (row.ends_on + _DAY - row.starts_on) / 2 for row in cycles]
    panel.cycles([row.cycle for row in cycles])
    panel.xaxis.update(type="date", tickvals=middles)
    if cycles:
        panel.xaxis["range"] = [_midnight(cycles[0].starts_on), _midnight(cycles[-1].ends_on + _DAY)]
    if len(cycles) <= _MANY_CYCLES and not plot.is_small:
        for row, middle in zip(cycles, middles, strict=True):
            since = speech.gettext("from %(day)s", day=speech.day(row.starts_on))
            panel.note(since, middle, 0, yref="paper", yanchor="top", yshift=-20)
    for row in cycles[1:]:
        border = _midnight(row.starts_on)
        panel.rule(border, 0, border, 1, yref=f"{panel.y} domain", line={"dash": "dot"}, layer="below")
    most = max((max(count(row, "lead_time_days"), count(row, P85)) for row in view.rows), default=0)
    panel.yaxis.update(range=[0, max(most * 1.08, 10)], ticksuffix="", nticks=6)


def _ranks(view: View, plot: Plot, panel: Panel, cycle: CycleRow, rows: Sequence[Row], *, is_first: bool) -> None:
    """How long half and 85% took, as far as the cycle has come; the numbers stand at its beginning, where least is
    done.
    """
    row, speech = rows[0], view.speech
    is_crowded = len(view.span.cycles) > _MANY_CYCLES
    start, end = _midnight(cycle.starts_on), _midnight(view.span.reading(cycle.cycle).last_day + _DAY)
    for rank, dash, above, word in (
        (P50, "5px,3px", False, speech.gettext("half")), (P85, "solid", True, speech.gettext("85%"))
    ):  # fmt: skip
        days = count(row, rank)
        panel.rule(start, days, end, days, line={"dash": dash, "width": 1.5})
        if plot.is_small:
            continue
        number = Series(rank, colour("ink"))
        number.marks.append(Mark(start, days, _told_rank(view, row, rank, len(rows)), view.link(row, rank)))
        panel.dots(number, marker={"symbol": "line-ns", "size": 8, "line": {"color": colour("ink"), "width": 1.5}})
        place = {"xanchor": "left", "yanchor": "middle", "yshift": 10 if above else -10}
        panel.note(str(days), start, days, xshift=4, font=BOLD, **place, **({"name": WIDE} if is_crowded else {}))
        if is_first:
            panel.note(word, start, days, xshift=6 + 7 * len(str(days)), name=WIDE, **place)


def _told(view: View, row: Row) -> str:
    done_on = row.values["done_on"]
    return view.speech.ngettext(
        "%(workflow)s, done on %(day)s: lead time %(num)s day", "%(workflow)s, done on %(day)s: lead time %(num)s days",
        count(row, "lead_time_days"), workflow=row.values["workflow"],
        day=view.speech.day(done_on) if isinstance(done_on, date) else "",
    )  # fmt: skip


def _told_rank(view: View, row: Row, rank: str, tested: int) -> str:
    words = {"cycle": row.values["cycle"], "tested": tested}
    if rank == P50:
        return view.speech.ngettext(
            "Cycle %(cycle)s: half of the %(tested)s tested took %(num)s day or less",
            "Cycle %(cycle)s: half of the %(tested)s tested took %(num)s days or less", count(row, rank), **words,
        )  # fmt: skip
    return view.speech.ngettext(
        "Cycle %(cycle)s: 85%% of the %(tested)s tested took %(num)s day or less",
        "Cycle %(cycle)s: 85%% of the %(tested)s tested took %(num)s days or less", count(row, rank), **words,
    )  # fmt: skip


def _by_cycle(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(count(row, "cycle"), []).append(row)
    return found


def _asides(rows: Iterable[Row]) -> Iterable[timedelta]:
    """How far from noon each dot is: those that would hide each other stand side by side."""
    seen: Counter[tuple[object, object]] = Counter()
    for row in rows:
        place = row.values["done_on"], row.values["lead_time_days"]
        turn = seen[place]
        seen[place] += 1
        yield (_ASIDE if turn % 2 else -_ASIDE) if turn else timedelta()


def _noon(day: object) -> datetime:
    assert isinstance(day, date)
    return datetime.combine(day, time(12))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
