"""Designed, validated and tested per cycle, side by side."""

from collections.abc import Sequence
from decimal import Decimal

from tracker.charts.chart import Chart
from tracker.charts.palette import colour
from tracker.charts.plot import WIDE, Panel, Plot, Series, hatched, mark
from tracker.charts.speech import ColumnWords
from tracker.charts.view import View, count, having
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.charts.throughput import SOURCE, STAGES
from tracker.domain.errors import N_, NN_
from tracker.domain.states import Goal

TITLE = N_("Throughput")
DEFINITION = N_(
    "Workflows that passed design, validation and test within each cycle; back and forth counts once. A cycle under "
    "way is hatched and compared with the one before through the same working day (*). One that has not begun is an "
    "outline of what is planned for it."
)
COLUMNS = {
    "designed_previous": ColumnWords(N_("Designed, previous cycle"), N_("Designed in the cycle numbered one lower.")),
    "validated_previous": ColumnWords(
        N_("Validated, previous cycle"), N_("Validated in the cycle numbered one lower.")
    ),
    "designed_ratio": ColumnWords(
        N_("Designed, times the cycle before"), N_("Designed divided by designed in the previous cycle.")
    ),
    "validated_ratio": ColumnWords(
        N_("Validated, times the cycle before"), N_("Validated divided by validated in the previous cycle.")
    ),
    "designed_same_day": ColumnWords(
        N_("Designed in the cycle before, same working day"),
        N_("Designed in the cycle numbered one lower, through the end of the same working day."),
    ),
    "validated_same_day": ColumnWords(
        N_("Validated in the cycle before, same working day"),
        N_("Validated in the cycle numbered one lower, through the end of the same working day."),
    ),
    "tested_same_day": ColumnWords(
        N_("Tested in the cycle before, same working day"),
        N_("Tested in the cycle numbered one lower, through the end of the same working day."),
    ),
    "ratio_same_day": ColumnWords(
        N_("Tested, times the cycle before on the same working day"),
        N_("Tested so far divided by tested in the cycle numbered one lower through the end of the same working day."),
    ),
    "planned_design": ColumnWords(
        N_("Planned, goal design"), N_("Planned for a cycle that has not begun, to pass design.")
    ),
    "planned_validation": ColumnWords(
        N_("Planned, goal validation"), N_("Planned for a cycle that has not begun, to pass validation.")
    ),
    "planned_test": ColumnWords(N_("Planned, goal test"), N_("Planned for a cycle that has not begun, to pass test.")),
}
_COLOURS = dict(zip(STAGES, ("s1", "s2", "s3"), strict=True))
_GOALS = dict(zip(STAGES, Goal, strict=True))
_SMALL_LETTERS = {"designed": N_("designed"), "validated": N_("validated"), "tested": N_("tested = done")}
_SAID = {
    "designed": NN_("%(cycle)s: %(num)s designed"),
    "validated": NN_("%(cycle)s: %(num)s validated"),
    "tested": NN_("%(cycle)s: %(num)s tested"),
}
_PLANNED = [f"planned_{goal.value}" for goal in Goal]
_RATIOS = ("designed_ratio", "validated_ratio", "ratio_to_previous")  # of the stages
_WIDTH = 0.7 / len(STAGES)  # of a bar and its gap, in cycles
_OFFSETS = {stage: (place - 1) * _WIDTH for place, stage in enumerate(STAGES)}


def sample(view: View) -> int:
    """How many finished workflows the chart is about."""
    return sum(count(row, "tested") for row in view.totals)


def finding(view: View) -> str:
    """How the last cycle that is over did against the one before it; else how the one under way does."""
    speech, over, under_way = view.speech, _last_over(view), _under_way(view)
    if over is None and under_way is None:
        return _only_planned(view)
    parts = [_finished(view, over)] if over is not None else []
    if under_way is not None:
        parts.append(_so_far(view, under_way, is_first=over is None))
    return speech.gettext("%(first)s; %(second)s", first=parts[0], second=parts[1]) if parts[1:] else parts[0]


def details(view: View) -> list[str]:
    """Each cycle in a sentence, with all three ratios: how much more depends on what is counted."""
    speech, sentences = view.speech, []
    for row in view.totals:
        if row.values["tested"] is None:
            text = N_("%(cycle)s has not begun: %(planned)s planned.")
            sentences.append(speech.gettext(text, cycle=view.cycle(row), planned=_all_planned(row)))
            continue
        text = N_(
            "%(cycle)s: %(designed)s designed, %(validated)s validated, %(tested)s tested, %(rate)s tested per working "
            "day."
        )
        rate = _written(view, row.values["tested_per_working_day"])
        sentences.append(speech.gettext(text, **view.values(row, rate=rate)))
        ratios = {stage: row.values[name] for stage, name in zip(STAGES, _RATIOS, strict=True)}
        if None not in ratios.values() and row.values["tested_same_day"] is None:
            text = N_(
                "That is %(designed)s, %(validated)s and %(tested)s times cycle %(previous)s, which had "
                "%(designed_then)s, %(validated_then)s and %(tested_then)s."
            )
            times = {stage: _written(view, ratio) for stage, ratio in ratios.items()}
            then = {f"{stage}_then": row.values[f"{stage}_previous"] for stage in STAGES}
            sentences.append(speech.gettext(text, previous=row.cycle - 1, **times, **then))
    return sentences


def draw(view: View, plot: Plot, rows: Sequence[SheetRow]) -> None:
    """Three bars for each cycle."""
    panel = plot.panel()
    panel.cycles([row.cycle for row in rows])
    highest = _highest(view)
    panel.yaxis["range"] = [0, max(highest, 1) * 1.15]
    for stage in STAGES:
        _bars(view, panel, rows, stage)
    if not plot.is_small:
        rates = [_written(view, row.values["tested_per_working_day"]) for row in rows]
        lines = (
            (N_("Working days"), [_days(view, row) for row in rows]),
            (N_("Tested, times the cycle before"), [_compared(view, row) for row in rows]),
            (N_("Tested per working day"), rates),
        )
        panel.beneath(lines, [row.cycle for row in rows], 190)
        _name_the_series(view, panel, rows, panel.under_names(highest))
        _say_what_was_then(view, panel, rows)


def _highest(view: View) -> int:
    return view.highest(*STAGES, *_PLANNED, *(f"{stage}_same_day" for stage in STAGES))


def _bars(view: View, panel: Panel, rows: Sequence[SheetRow], stage: str) -> None:
    begun, named = having(rows, "tested"), _last_over(view)
    series = Series(stage, colour(_COLOURS[stage]))
    for row in begun:
        text = "" if _is_close(view, row, stage) else str(count(row, stage))
        is_named = named is not None and row.cycle == named.cycle and stage == "tested"
        label = _label(view, row, stage)
        series.marks.append(mark(view, row, stage, row.cycle, label, text=text, is_named=is_named))
    panel.bars(series, offsetgroup=stage, marker=hatched(series.colour, [view.is_running(row) for row in begun]))
    planned, name = Series(f"planned_{stage}", "rgba(0,0,0,0)"), f"planned_{_GOALS[stage].value}"
    for row in rows:
        if number := count(row, name):
            label = _planned_label(view, row, stage)
            planned.marks.append(mark(view, row, name, row.cycle, label, text=str(number)))
    if planned.marks:
        panel.bars(planned, offsetgroup=stage, marker={"line": {"color": series.colour, "width": 1.5}})
    for row in having(rows, f"{stage}_same_day"):
        centre, then = row.cycle + _OFFSETS[stage], count(row, f"{stage}_same_day")
        panel.rule(centre - _WIDTH / 2, then, centre + _WIDTH / 2, then, line={"width": 2})
        if _is_close(view, row, stage):
            panel.note(str(count(row, stage)), centre, then, yanchor="bottom", font={"color": colour("ink")})


def _is_close(view: View, row: SheetRow, stage: str) -> bool:
    """Whether the line for the same working day would go through the bar's number, which stands above it then."""
    then = row.values[f"{stage}_same_day"]
    return isinstance(then, int) and 0 <= then - count(row, stage) < _highest(view) / 10


def _name_the_series(view: View, panel: Panel, rows: Sequence[SheetRow], pixel: float) -> None:
    for row in having(rows, "tested")[:1]:
        names = {stage: view.speech.gettext(words) for stage, words in _SMALL_LETTERS.items()}
        heights = {stage: max(count(row, stage), count(row, f"{stage}_same_day")) for stage in STAGES}
        panel.name_series([(row.cycle + _OFFSETS[stage], heights[stage], names[stage]) for stage in STAGES], pixel)


def _say_what_was_then(view: View, panel: Panel, rows: Sequence[SheetRow]) -> None:
    text = N_("cycle %(previous)s, same<br>working day: %(then)s")
    for row in having(rows, "tested_same_day"):
        if row in having(rows, "tested")[:1]:  # the names of the series stand there
            continue
        top = max(count(row, name) for stage in STAGES for name in (stage, f"{stage}_same_day"))
        said = view.speech.gettext(text, previous=row.cycle - 1, then=row.values["tested_same_day"])
        panel.note(said, row.cycle, top, yanchor="bottom", yshift=18, name=WIDE)


def _days(view: View, row: SheetRow) -> str:
    so_far, whole = row.values["working_days_so_far"], row.values["working_days"]
    return view.speech.gettext("%(so_far)s of %(all)s", so_far=so_far, all=whole) if view.is_open(row) else str(whole)


def _compared(view: View, row: SheetRow) -> str:
    if not view.is_open(row):
        return _written(view, row.values["ratio_to_previous"])
    ratio = row.values["ratio_same_day"]
    return _written(view, ratio) + ("" if ratio is None else "*")


def _label(view: View, row: SheetRow, stage: str) -> str:
    speech, said = view.speech, view.speech.counted(_SAID[stage], count(row, stage), cycle=view.cycle(row))
    then = row.values[f"{stage}_same_day"]
    against = N_("%(said)s, against %(then)s in cycle %(previous)s through the same working day")
    return said if then is None else speech.gettext(against, said=said, then=then, previous=row.cycle - 1)


def _planned_label(view: View, row: SheetRow, stage: str) -> str:
    goal, planned = view.speech.goal(_GOALS[stage]), count(row, f"planned_{_GOALS[stage].value}")
    text = N_("%(cycle)s: %(planned)s planned, goal %(goal)s")
    return view.speech.gettext(text, cycle=view.cycle(row), planned=planned, goal=goal)


def _finished(view: View, row: SheetRow) -> str:
    cycle, tested, ratio = row.cycle, count(row, "tested"), row.values["ratio_to_previous"]
    if ratio is None:
        return view.speech.counted(NN_("Cycle %(cycle)s: %(num)s tested"), tested, cycle=cycle)
    text = NN_("Cycle %(cycle)s: %(num)s tested, %(ratio)s times the %(then)s of cycle %(previous)s")
    values = {"ratio": _written(view, ratio), "then": row.values["tested_previous"], "previous": cycle - 1}
    return view.speech.counted(text, tested, cycle=cycle, **values)


def _so_far(view: View, row: SheetRow, *, is_first: bool) -> str:
    speech, tested, then = view.speech, count(row, "tested"), row.values["tested_same_day"]
    cycle = speech.gettext("Cycle %(cycle)s" if is_first else N_("cycle %(cycle)s"), cycle=row.cycle)
    if then is None:
        return speech.counted(NN_("%(cycle)s has %(num)s so far"), tested, cycle=cycle)
    text = NN_("%(cycle)s has %(num)s, against %(then)s by the same working day")
    return speech.counted(text, tested, cycle=cycle, then=then)


def _only_planned(view: View) -> str:
    speech = view.speech
    for row in view.totals:
        if planned := _all_planned(row):
            return speech.ngettext(
                "Cycle %(cycle)s has not begun; %(num)s workflow is planned",
                "Cycle %(cycle)s has not begun; %(num)s workflows are planned",
                planned,
                cycle=row.cycle,
            )
    return speech.gettext("Nothing has been designed, validated or tested in these cycles yet")


def _all_planned(row: SheetRow) -> int:
    return sum(count(row, name) for name in _PLANNED)


def _last_over(view: View) -> SheetRow | None:
    return next((row for row in reversed(having(view.totals, "tested")) if not view.is_open(row)), None)


def _under_way(view: View) -> SheetRow | None:
    return next((row for row in view.totals if view.is_open(row)), None)


def _written(view: View, number: object) -> str:
    return view.speech.number(number, 2) if isinstance(number, Decimal | int) else "–"


CHART = Chart(SOURCE, TITLE, DEFINITION, COLUMNS, sample, finding, details, draw)
