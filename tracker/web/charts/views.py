"""The charts between cycles: all on a wall, each alone with its figure and its numbers, and the items behind a mark."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from tracker.charts import registry as drawings
from tracker.charts.palette import in_light
from tracker.charts.plot import figure_json
from tracker.domain.cells import instant_text
from tracker.domain.charts import sheets
from tracker.domain.charts.cautions import Caution
from tracker.domain.charts.sheets import Column, added_up
from tracker.domain.errors import N_, InvalidError, NotFoundError
from tracker.domain.figures.behind import Behind
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import days, programme
from tracker.domain.figures.words import Adds
from tracker.domain.states import Goal, State
from tracker.queries import charts as queries
from tracker.queries.cycles import page as cycle_queries
from tracker.web.charts import figure_words, words
from tracker.web.charts.files import chart_csv, dialect_of
from tracker.web.charts.filters import pickers, read_filters
from tracker.web.charts.frames import Reading, frame, reminders
from tracker.web.http.context import current_viewer, now, reading_session
from tracker.web.security.requests import with_images_made_here
from tracker.web.ui.formats import language
from tracker.web.ui.query import last
from tracker.web.ui.rendering import page
from tracker.web.ui.shared import shared
from tracker.web.ui.translation import gettext

_MOST_NAMED = 5

bp = Blueprint("charts", __name__, url_prefix="/charts")


@dataclass(frozen=True, slots=True)
class ChartItem:
    """Something that a mark counts, as a list shows it."""

    name: str
    link: str
    code: str = ""
    workstream: str = ""
    state: State | None = None
    is_archived: bool = False
    goal: Goal | None = None
    at: datetime | None = None
    until: datetime | None = None
    amount: str = ""


@bp.get("")
@shared
def wall() -> ResponseReturnValue:
    """All charts; the first is there at once, the others come when they are near."""
    reading = _reading()
    first, *others = drawings.CHARTS
    titles = [(name, gettext(drawings.CHARTS[name].title)) for name in others]
    minded = reminders(reading, *drawings.CHARTS)
    shown = page("charts/wall.html", **_shared(reading), frame=frame(reading, first), others=titles, reminders=minded)
    return with_images_made_here(shown)


@bp.get("/<name>")
@shared
def show(name: str) -> ResponseReturnValue:
    """A chart alone, or with `show` the items behind one of its marks."""
    _known(name)
    asked = last("show")
    if asked:
        return _items(name, asked)
    reading = _reading(("part",))
    shown = {**_shared(reading), "frame": frame(reading, name)}
    if last("part"):
        return with_images_made_here(page("charts/part.html", **shown))
    return with_images_made_here(page("charts/chart.html", **shown, reminders=reminders(reading, name)))


@bp.get("/<name>.json")
@shared
def figure(name: str) -> ResponseReturnValue:
    """The Plotly figure, with the light theme's colours."""
    _known(name)
    reading = _strictly(_reading())
    text = in_light(figure_json(drawings.figure(reading.view(name))))
    return Response(text, mimetype="application/json")


@bp.get("/<name>.csv")
def numbers(name: str) -> ResponseReturnValue:
    """The numbers drawn."""
    _known(name)
    dialect = dialect_of(last("format"))
    reading = _strictly(_reading(("format",)))
    response = Response(chart_csv(reading.view(name).sheet, dialect), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(name, reading)}.csv"'
    return response


def _known(name: str) -> None:
    if name not in drawings.CHARTS:
        abort(404)


def _reading(also: tuple[str, ...] = ()) -> Reading:
    sources = queries.sources(reading_session(), now=now(), language=language())
    if sources is None:
        raise NotFoundError(N_("There is no programme yet."))
    return Reading.of(sources, read_filters(request.args, sources, also))


def _strictly(reading: Reading) -> Reading:
    """A program reads no notices: it is told with an error."""
    if reading.filters.notices:
        raise InvalidError(N_("%(problems)s"), problems=" ".join(reading.filters.notices))
    return reading


def _file_name(name: str, reading: Reading) -> str:
    filters = reading.filters
    at = reading.sources.as_of.strftime("%Y%m%dT%H%M%SZ")
    place = "-".join((*filters.projects, *filters.workstreams, *((f"by-{filters.by.value}",) if filters.by else ())))
    return "-".join(part for part in (name, f"c{filters.first}-c{filters.last}", place, at) if part)


def _shared(reading: Reading) -> dict[str, Any]:
    filters, actor = reading.filters, current_viewer().actor
    own = sorted(actor.own_workstreams & reading.sources.workstreams.keys())
    return {
        "own": own,
        "is_own": not filters.projects and sorted(filters.workstreams) == own,
        "filters": filters,
        "parameters": filters.parameters(),
        "pickers": pickers(filters, reading.sources),
        "notices": filters.notices,
        "as_of": reading.sources.as_of,
        "at": instant_text(reading.sources.as_of),
        "chosen": _chosen(reading),
    }


def _chosen(reading: Reading) -> str:
    """What the charts are about, in words; where that is much, by code."""
    filters, sources = reading.filters, reading.sources
    if len(codes := filters.projects + filters.workstreams) > _MOST_NAMED:
        return ", ".join(codes)
    names = [sources.projects[code] for code in filters.projects]
    names += [f"{code} {sources.workstreams[code]}" for code in filters.workstreams]
    return ", ".join(names) or gettext("the whole programme")


def _items(name: str, asked: str) -> Response:
    reading = _reading(tuple(request.args))
    title = gettext(drawings.CHARTS[name].title)
    if asked in set(Caution):
        caution = Caution(asked)
        behind = reading.chosen.cautions[caution]
        heading = words.caution_label(caution, len(behind))
        return _list(reading, name, title, heading, words.caution_definition(caution), behind, Adds.COUNT)
    of = last("of")
    choice = reading.part(name, of)
    sheet = sheets.whole(drawings.CHARTS[name].source, reading.chosen.span, choice)
    column = next((each for each in sheet.columns if each.name == asked), None)
    if column is None or column.adds in {Adds.KEY, Adds.NONE} or (of and not choice.workstreams):
        raise NotFoundError(N_("The chart has no such mark. Its filters may have changed."))
    row = sheet.row({key: last(key) for key in sheet.keys})
    behind = list(row.items(asked))
    places = [
        words.key_words(each, row.values[each.name])
        for each in sheet.columns
        if each.adds is Adds.KEY and row.values[each.name] not in {None, ""}
    ] + [of] * bool(of)
    number = words.cell(column, row.values[asked])
    heading = gettext(
        "%(what)s, %(where)s: %(number)s", what=words.label(asked), where=", ".join(places), number=number
    )
    return _list(reading, name, title, heading, words.definition(asked), behind, column.adds)


def _list(
    reading: Reading, name: str, title: str, heading: str, definition: str, behind: list[Behind], adds: Adds
) -> Response:
    rows = list(_rows(reading, behind))
    column = Column("", adds, 1 if adds is Adds.DAYS else 0)
    return page(
        "charts/items.html",
        **_shared(reading),
        name=name,
        chart_title=title,
        heading=heading,
        definition=definition,
        rows=rows,
        columns={
            each
            for each in ("workstream", "state", "goal", "at", "until", "amount")
            if any(getattr(row, each) not in {None, ""} for row in rows)
        }
        | ({"until"} if any(each.at and isinstance(each.amount, timedelta) for each in behind) else set()),
        total=words.cell(column, added_up(column, behind)),
        adds=adds.value,
    )


def _rows(reading: Reading, behind: list[Behind]) -> Iterator[ChartItem]:
    named = cycle_queries.workflows(reading_session(), language())
    span = reading.chosen.span
    streams = {each.key: code for code, each in span.recorded(programme(span.history))}
    for each in behind:
        amount = _amount(each.amount)
        if isinstance(each.item, int):
            link = url_for("blocker.show", blocker_id=each.item)
            yield ChartItem(reading.sources.titles.get(each.item, ""), link, at=each.at, amount=amount)
        elif each.item in named:
            found = named[each.item]
            yield ChartItem(
                found.name,
                url_for("workflows.show", key=each.item),
                each.item,
                streams.get(each.item, ""),
                found.state,
                found.archived_at is not None,
                each.goal,
                each.at,
                each.until,
                amount,
            )
        else:
            link = url_for("board.show", workstream=each.item)
            yield ChartItem(reading.sources.workstreams.get(each.item, ""), link, each.item, at=each.at, amount=amount)


def _amount(amount: timedelta | int | None) -> str:
    if isinstance(amount, timedelta):
        return figure_words.written(half_up(days([amount]), 1), 1)
    return "" if amount is None else figure_words.written(amount)
