"""Lead times: a dot for each workflow on the day it was done, and how long half and 85% of each cycle's took."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import WIDE, Panel, Plot, Series, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, cell_text, count, having
from tracker.domain.charts.lead_time import RANKS, SOURCE
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_, NN_
from tracker.domain.programme.rows import CycleRow

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
_RANKS = {
    P50: NN_(
        "Cycle %(cycle)s: half of the %(tested)s tested took %(num)s day or less",
        "Cycle %(cycle)s: half of the %(tested)s tested took %(num)s days or less",
    ),
    P85: NN_(
        "Cycle %(cycle)s: 85%% of the %(tested)s tested took %(num)s day or less",
        "Cycle %(cycle)s: 85%% of the %(tested)s tested took %(num)s days or less",
    ),
}
_DAY = timedelta(days=1)
_MANY_CYCLES = 3  # above this there is no room for their first days
_ASIDE = timedelta(hours=10)  # from those of the same day and lead time, so that each can be seen


def sample(view: View) -> int:
    """How many finished workflows the chart is about."""
    return len(having(view.totals, "workflow"))


def finding(view: View) -> str:
    """How long it took in the last cycle that is over, else in the one under way."""
    speech, named = view.speech, _named(view)
    if named is not None:
        return speech.ngettext(
            "Half of the %(tested)s tested in cycle %(cycle)s took %(num)s day or less, 85%% took %(most)s or less",
            "Half of the %(tested)s tested in cycle %(cycle)s took %(num)s days or less, 85%% took %(most)s or less",
            count(named, P50),
            tested=named.values["tested"],
            cycle=named.cycle,
            most=named.values[P85],
        )
    days = [count(row, "lead_time_days") for row in having(view.totals, "workflow")]
    if not days:
        return speech.gettext("Nothing has been tested in these cycles yet")
    return speech.ngettext(
        "%(num)s workflow tested, lead time %(least)s d; too few for percentiles",
        "%(num)s workflows tested, lead times %(least)s to %(most)s d; too few for percentiles",
        len(days),
        least=min(days),
        most=max(days),
    )


def details(view: View) -> list[str]:
    """Each cycle in a sentence."""
    speech, sentences = view.speech, []
    text = N_(
        "%(cycle)s: %(tested)s tested, lead times %(least)s to %(most)s d; half took %(half)s d or less, 85%% took "
        "%(nearly)s d or less."
    )
    few = NN_(
        "%(cycle)s: %(num)s tested, lead time %(least)s d.",
        "%(cycle)s: %(num)s tested, lead times %(least)s to %(most)s d.",
    )
    for number, row in _cycles(view.totals).items():
        days = [count(each, "lead_time_days") for each in having(view.totals, "workflow") if each.cycle == number]
        if not days:
            sentences.append(speech.gettext("%(cycle)s: nothing tested.", cycle=view.cycle(row)))
            continue
        words = {"cycle": view.cycle(row), "least": min(days), "most": max(days)}
        if row.values[P50] is not None:
            ranks = {"half": row.values[P50], "nearly": row.values[P85]}
            sentences.append(speech.gettext(text, tested=len(days), **ranks, **words))
        else:
            sentences.append(speech.counted(few, len(days), **words))
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """A dot for each workflow over the days of the cycles that have begun."""
    plot.height = 360
    cycles = [row for row in view.span.cycles if view.span.reading(row.cycle).is_begun]
    own, panel = _cycles(rows), plot.panel()
    middles = {row.cycle: _midnight(row.starts_on) + (row.ends_on + _DAY - row.starts_on) / 2 for row in cycles}
    _axes(view, panel, cycles, middles)
    if not plot.is_small:
        _beneath(view, plot, panel, middles, own)
        if len(cycles) <= _MANY_CYCLES:
            _first_days(view, panel, cycles, middles)
    tested, workflows = Series("tested", colour("s3")), having(rows, "workflow")
    for row, aside in zip(workflows, _asides(workflows), strict=True):
        x, label = _noon(row.values["done_on"]) + aside, _label(view, row)
        tested.marks.append(mark(view, row, "lead_time_days", x, label))
    size = 6 if plot.is_small else 7
    panel.dots(tested, marker={"size": size, "line": {"color": colour("paper"), "width": 1}})
    for cycle in cycles:
        if cycle.cycle in own and own[cycle.cycle].values[P50] is not None:
            _ranks(view, plot, panel, cycle, own[cycle.cycle])


def _axes(view: View, panel: Panel, cycles: Sequence[CycleRow], middles: Mapping[int, datetime]) -> None:
    """The days of the cycles, with where one ends and another begins."""
    panel.cycles([row.cycle for row in cycles])
    panel.xaxis.update(type="date", tickvals=list(middles.values()))
    if cycles:
        panel.xaxis["range"] = [_midnight(cycles[0].starts_on), _midnight(cycles[-1].ends_on + _DAY)]
    for row in cycles[1:]:
        border = _midnight(row.starts_on)
        panel.rule(border, 0, border, 1, yref=f"{panel.y} domain", line={"dash": "dot"}, layer="below")
    panel.yaxis["range"] = [0, max(view.highest("lead_time_days", P85) * 1.08, 10)]


def _first_days(view: View, panel: Panel, cycles: Sequence[CycleRow], middles: Mapping[int, datetime]) -> None:
    for row in cycles:
        since = view.speech.gettext("from %(day)s", day=view.speech.day(row.starts_on))
        panel.note(since, middles[row.cycle], 0, yref="paper", yanchor="top", yshift=-20, name=WIDE)


def _ranks(view: View, plot: Plot, panel: Panel, cycle: CycleRow, row: SheetRow) -> None:
    """How long half and 85% took, as far as the cycle has come."""
    start, end = _midnight(cycle.starts_on), _midnight(view.span.reading(cycle.cycle).last_day + _DAY)
    for rank, dash in ((P50, "5px,3px"), (P85, "solid")):
        days = count(row, rank)
        panel.rule(start, days, end, days, line={"dash": dash, "width": 1.5})
        if not plot.is_small:
            said = view.speech.counted(_RANKS[rank], days, cycle=row.cycle, tested=row.values["tested"])
            number = Series(rank, colour("ink"), [mark(view, row, rank, start, said)])
            panel.dots(number, marker={"symbol": "line-ns", "size": 8, "line": {"color": colour("ink"), "width": 1.5}})


def _beneath(
    view: View, plot: Plot, panel: Panel, middles: Mapping[int, datetime], own: Mapping[int, SheetRow]
) -> None:
    """The numbers of each cycle in line with it: among the dots they would not be read."""
    lines = []
    for label, column in ((N_("Tested (n)"), "tested"), (N_("- - half, days"), P50), (N_("— 85%, days"), P85)):
        lines.append((label, [cell_text(own[number], column) if number in own else "–" for number in middles]))
    named, down = _named(view), 16 if len(middles) > _MANY_CYCLES else 34
    bold = middles.get(named.cycle) if named is not None else None
    panel.beneath(lines, list(middles.values()), 112, down, bold=bold)
    plot.margin["b"] = down + 16 + 20 * len(lines)
    plot.narrow_margin = {"l": 32, "b": 28}


def _label(view: View, row: SheetRow) -> str:
    done_on = row.values["done_on"]
    day = view.speech.day(done_on) if isinstance(done_on, date) else ""
    return view.speech.ngettext(
        "%(workflow)s, done on %(day)s: lead time %(num)s day",
        "%(workflow)s, done on %(day)s: lead time %(num)s days",
        count(row, "lead_time_days"),
        workflow=row.values["workflow"],
        day=day,
    )


def _named(view: View) -> SheetRow | None:
    """The cycle of which the title speaks; none when none has percentiles."""
    return view.spoken_of(having(view.totals, P50))


def _cycles(rows: Iterable[SheetRow]) -> dict[int, SheetRow]:
    """The rows of whole cycles, by number."""
    return {row.cycle: row for row in rows if row.values["workflow"] is None}


def _asides(rows: Iterable[SheetRow]) -> Iterable[timedelta]:
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


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
