"""A chart with all that stands around it: title, definition, table, strip, and where its items are."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from urllib.parse import quote

from flask import url_for
from markupsafe import Markup

from tracker.charts import registry as drawings
from tracker.charts.plot import figure_json
from tracker.charts.view import View
from tracker.domain.charts import sheets
from tracker.domain.charts.cautions import Caution, cautions
from tracker.domain.charts.sheets import By, Column, SheetRow, key_text
from tracker.domain.charts.span import Span
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.summaries import Choice, choice_of
from tracker.domain.figures.words import Adds
from tracker.queries.charts import Sources
from tracker.web.charts import figure_words, words
from tracker.web.charts.figure_words import FIGURES
from tracker.web.charts.filters import Filters
from tracker.web.ui.translation import gettext, ngettext

_MOST_KEPT = 4
MOST_ROWS = 2_000  # of a table on a page: days by workstream are many


@dataclass(frozen=True, slots=True)
class TableCell:
    """A number in words, and where its items are."""

    text: str
    link: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something to bear in mind, and where its items are when there are any."""

    text: str
    link: str


@dataclass(frozen=True, slots=True)
class ChartPage:
    """A chart as pages show it."""

    name: str
    title: str
    finding: str
    definition: str
    sample: int
    details: list[str]
    headings: list[tuple[str, bool]]
    rows: list[list[TableCell]]
    left_out: int  # rows of the table that only the file has
    named: list[tuple[str, list[Reminder]]]
    figure: Markup
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The charts of one request: the sources read once, and the filters."""

    sources: Sources
    filters: Filters
    chosen: "Sheets"

    @classmethod
    def of(cls, sources: Sources, filters: Filters) -> "Reading":
        """What the filters choose of the sources."""
        return cls(sources, filters, _sheets(sources, filters))

    def part(self, chart: str, of: str) -> Choice:
        """Of what is chosen, the project or the workstream that a row of the chart is about; all of it without one."""
        if not of:
            return self.chosen.choice
        by, filters = self.filters.by or drawings.CHARTS[chart].source.by, self.filters
        names = ([of], filters.workstreams) if by is By.PROJECT else (filters.projects, [of])
        return choice_of(self.sources.history, *names)

    def view(self, name: str) -> View:
        """A chart, to be drawn and told."""
        source = drawings.CHARTS[name].source
        whole = sheets.whole(source, self.chosen.span, self.chosen.choice)
        by = self.filters.by or source.by
        sheet = sheets.sheet(source, self.chosen.span, self.chosen.choice, by) if by else whole
        names = {**self.sources.projects, **self.sources.workstreams}
        address = Address(name, self.filters, tuple(whole.keys))
        return View(sheet, whole, self.chosen.span, self.chosen.choice, words.speech(), address, names)


class Sheets:
    """What filters choose of a history, in no language."""

    def __init__(self, sources: Sources, filters: Filters) -> None:
        self.history = sources.history
        self.span = Span(
            sources.history, sources.as_of, filters.first, filters.last, tags=sources.tags, figure=filters.figure
        )
        self.choice = choice_of(sources.history, filters.projects, filters.workstreams)
        self._updated = sources.updated

    @cached_property
    def cautions(self) -> Mapping[Caution, list[Behind]]:
        """Looked for only where they are shown: files and figures have none."""
        return cautions(self.span, self.choice, self._updated)


_KEPT: OrderedDict[tuple[object, ...], Sheets] = OrderedDict()


def _sheets(sources: Sources, filters: Filters) -> Sheets:
    """Kept for the parts of the same wall, which ask for the same history at the same instant."""
    key = (sources.as_of, *filters[:-1])
    kept = _KEPT.get(key)
    if kept is None or kept.history is not sources.history:
        kept = _KEPT[key] = Sheets(sources, filters)
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return kept


@dataclass(frozen=True, slots=True)
class Address:
    """Where the items behind a number of a chart are."""

    chart: str
    filters: Filters
    keys: tuple[str, ...]  # that tell the rows of the whole apart
    _begun: dict[object, str] = field(default_factory=dict)

    def __call__(self, row: SheetRow, column: str) -> str:
        of = row.values.get("workstream") or row.values.get("project") or ""
        if of not in self._begun:  # Flask takes longer for an address than all else about a mark
            address = url_for("charts.show", name=self.chart, **self.filters.parameters(), of=of or None)
            self._begun[of] = f"{address}{'&' if '?' in address else '?'}"
        keys = "".join([f"&{name}={quote(key_text(row.values[name]))}" for name in self.keys])
        return f"{self._begun[of]}show={column}{keys}"


def frame(reading: Reading, name: str) -> ChartPage:
    """The chart with all around it."""
    view, chart = reading.view(name), drawings.CHARTS[name]
    columns, is_empty = view.sheet.columns, drawings.is_empty(view)
    return ChartPage(
        name,
        gettext(chart.title),
        drawings.finding(view),
        drawings.definition(view),
        0 if is_empty else chart.sample(view),
        [] if is_empty else chart.details(view),
        [(words.label(column.name), column.adds is not Adds.KEY) for column in columns],
        [[_cell(view, row, column) for column in columns] for row in view.rows[:MOST_ROWS]],
        max(len(view.rows) - MOST_ROWS, 0),
        [(each.title, [_named(reading, item) for item in each.items]) for each in drawings.named_items(view)],
        Markup(figure_json(drawings.figure(view)).replace("<", "\\u003c")),  # noqa: S704 - inside a script of data
        is_empty,
    )


def _cell(view: View, row: SheetRow, column: Column) -> TableCell:
    text, link = words.cell(column, row.values[column.name]), view.link(row, column.name)
    return TableCell(text, link, column.adds is not Adds.KEY)


def reminders(reading: Reading, *charts: str) -> list[Reminder]:
    """What to bear in mind of these charts, in short of several; the lists are those of the first."""
    columns = [
        column.name for name in charts for column in drawings.CHARTS[name].source.columns_of(reading.chosen.span)
    ]
    figures = [name for name in dict.fromkeys(columns) if name in FIGURES]
    differing = _reported_otherwise(reading, figures, is_short=len(charts) > 1)
    return [*differing, *(_reminder(reading, charts[0], caution) for caution in Caution)]


def _reported_otherwise(reading: Reading, names: Sequence[str], *, is_short: bool) -> Iterator[Reminder]:
    """For each closed cycle, those of the figures that its close reported otherwise than they are known now; the
    cycle's page has the items that make the difference.
    """
    choice, span = reading.chosen.choice, reading.chosen.span
    for cycle in span.cycles if names else ():
        reported = span.reported_summary(cycle.cycle, choice)
        if reported is None:
            continue
        now = span.summary(cycle.cycle, choice)
        differing = [
            _difference(name, was, is_)
            for name in names
            if (was := getattr(reported, name)) != (is_ := getattr(now, name)) and not span.lacks(cycle.cycle, name)
        ]
        if differing:
            text = gettext("Cycle %(cycle)s as reported: %(figures)s", cycle=cycle.cycle, figures="; ".join(differing))
            if is_short:
                text = ngettext(
                    "Cycle %(cycle)s as reported: %(num)s figure differs",
                    "Cycle %(cycle)s as reported: %(num)s figures differ",
                    len(differing),
                    cycle=cycle.cycle,
                )
            page = url_for("cycle.show", number=cycle.cycle, workstream=choice.workstream, _anchor="differences")
            yield Reminder(text, page)


def _difference(figure: str, was: Decimal | int | None, is_: Decimal | int | None) -> str:
    reported, now = figure_words.number(figure, was), figure_words.number(figure, is_)
    name = figure_words.label(figure).lower()
    return gettext("%(figure)s %(reported)s, now %(now)s", figure=name, reported=reported, now=now)


def _named(reading: Reading, item: Behind) -> Reminder:
    """A blocker by its title, with the days that it had been open."""
    title = reading.sources.titles.get(item.item, "") if isinstance(item.item, int) else item.item
    text = gettext("%(title)s, %(days)s d", title=title, days=item.amount)
    return Reminder(text, url_for("blocker.show", blocker_id=item.item))


def _reminder(reading: Reading, name: str, caution: Caution) -> Reminder:
    items = reading.chosen.cautions[caution]
    link = url_for("charts.show", name=name, **reading.filters.parameters(), show=caution.value) if items else ""
    return Reminder(words.caution_label(caution, len(items)), link)
