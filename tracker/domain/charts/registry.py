"""All charts, in the order in which they are shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tracker.domain.charts import (
    age,
    blocker_causes,
    blockers,
    burn_up,
    carry_over,
    commitment,
    cumulative_flow,
    heatmap,
    lead_time,
    moves_back,
    scope,
    throughput,
    time_in_state,
)
from tracker.domain.charts.sheets import Adds, By, Column, Panel, Sheet, SheetRow
from tracker.domain.charts.span import Span
from tracker.domain.figures import summaries
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import Choice


class Source(NamedTuple):
    """Where a chart's numbers come from. `by` is what it is always by, unless something else is asked for."""

    columns: Callable[[Span], Sequence[Column]]
    rows: Callable[[Span, Choice], Iterable[SheetRow]]
    by: By = By.PROGRAMME


def _source(columns: Sequence[Column], rows: Callable[[Span, Choice], Iterable[SheetRow]]) -> Source:
    return Source(lambda _span: columns, rows)


SOURCES: Mapping[str, Source] = {
    "throughput": _source(throughput.COLUMNS, throughput.rows),
    "blockers": _source(blockers.COLUMNS, blockers.rows),
    "commitment": _source(commitment.COLUMNS, commitment.rows),
    "scope": _source(scope.COLUMNS, scope.rows),
    "heatmap": Source(heatmap.columns, heatmap.rows, By.WORKSTREAM),
    "age": _source(age.COLUMNS, age.rows),
    "blocker-causes": _source(blocker_causes.COLUMNS, blocker_causes.rows),
    "carry-over": _source(carry_over.COLUMNS, carry_over.rows),
    "cumulative-flow": _source(cumulative_flow.COLUMNS, cumulative_flow.rows),
    "burn-up": _source(burn_up.COLUMNS, burn_up.rows),
    "lead-time": _source(lead_time.COLUMNS, lead_time.rows),
    "time-in-state": _source(time_in_state.COLUMNS, time_in_state.rows),
    "moves-back": _source(moves_back.COLUMNS, moves_back.rows),
}
PROJECT, WORKSTREAM = Column("project", Adds.KEY), Column("workstream", Adds.KEY)


def whole(name: str, span: Span, choice: Choice) -> Sheet:
    """The numbers of a chart for all of the choice together."""
    source = SOURCES[name]
    return Sheet(name, By.PROGRAMME, source.columns(span), [Panel("", choice, list(source.rows(span, choice)))])


def sheet(name: str, span: Span, choice: Choice, by: By) -> Sheet:
    """The numbers of a chart by what is asked for, or by what it is always by."""
    source = SOURCES[name]
    by = by or source.by
    if not by:
        return whole(name, span, choice)
    columns = list(source.columns(span))
    at = next((n for n, column in enumerate(columns) if column.name != "cycle"), len(columns))
    columns[at:at] = [PROJECT] if by is By.PROJECT else [PROJECT, WORKSTREAM]
    panels = [
        Panel(part.workstream or part.project, part, [_placed(row, part, by) for row in source.rows(span, part)])
        for part in parts(span.history, choice, by)
    ]
    return Sheet(name, by, columns, panels)


def parts(history: History, choice: Choice, by: By) -> Iterator[Choice]:
    """The choice itself, or each project or workstream in it, in the order of the files."""
    if by is By.PROGRAMME:
        yield choice
        return
    codes = set(choice.workstreams)
    streams = [each for each in summaries.workstreams(history) if each.workstream in codes]
    if by is By.WORKSTREAM:
        yield from streams
        return
    for project in dict.fromkeys(each.project for each in streams):
        own = [each.workstream for each in streams if each.project == project and each.workstream]
        yield Choice(project, None, own)


def choice(history: History, projects: Sequence[str], workstreams: Sequence[str]) -> Choice:
    """The workstreams that are among these and of these projects; all of them where nothing is named."""
    if not projects and not workstreams:
        return summaries.programme(history)
    rows = [
        row
        for row in history.workstreams
        if (not projects or row.project in projects) and (not workstreams or row.code in workstreams)
    ]
    # As with a single project, nothing is counted before the first of them has joined.
    named = " ".join(dict.fromkeys(row.project for row in rows)) or "-"
    only = rows[0].code if len(rows) == 1 else None
    return Choice(named, only, [row.code for row in rows])


def _placed(row: SheetRow, part: Choice, by: By) -> SheetRow:
    row.values["project"] = part.project
    if by is By.WORKSTREAM:
        row.values["workstream"] = part.workstream
    return row
