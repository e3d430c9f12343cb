"""The page of a cycle: what was promised and became of it, its figures in both readings, the items behind each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from tracker.domain.charts import throughput
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.charts.span import Span
from tracker.domain.errors import N_
from tracker.domain.figures.one_cycle import MEMBERS, OPENED
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.summaries import Choice
from tracker.domain.figures.words import PART_FIGURES
from tracker.domain.states import CycleStatus, Goal
from tracker.queries.cycles import page as pages
from tracker.queries.cycles import page_parts as parts
from tracker.queries.cycles.page import Sources
from tracker.web.charts import figure_words
from tracker.web.charts import words as chart_words
from tracker.web.charts.figure_words import FIGURES, GROUPS
from tracker.web.cycles import findings
from tracker.web.http.context import current_viewer, now, reading_session, today
from tracker.web.ui.formats import language
from tracker.web.ui.query import Query
from tracker.web.ui.rendering import page
from tracker.web.ui.shared import shared
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import reason_word

bp = Blueprint("cycle", __name__)

MOST_ROWS = 12  # of a list on the page; the rest is a link away
CHANGES = "changes"
_NO_LIST = {"ratio_to_previous", "tested_per_working_day"}
_WAITING = tuple(name for name in PART_FIGURES if name.startswith("wait"))
_SHARED = {N_("Parts"): tuple(name for name in PART_FIGURES if name not in _WAITING), N_("Waiting"): _WAITING}
# What compares with the previous cycle, and the chart's column that does so through the same working day.
_SAME_DAY = {"tested_previous": "tested_same_day", "ratio_to_previous": "ratio_same_day"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the page, or the items of a figure; of all workstreams or one."""

    choice: Choice
    figure: str
    basis: Basis
    goal: Goal | None
    notices: list[str]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure in both readings, in words; `opens` are the addresses of its items where there are any."""

    name: str
    label: str
    definition: str
    reported: str
    now: str
    difference: str
    reported_opens: str
    now_opens: str
    is_zero: bool


@bp.get("/cycles/<int:number>")
@shared
def show(number: int) -> ResponseReturnValue:
    """A cycle, or with `show` the items that one of its figures counts."""
    read = pages.sources(reading_session(), number, now=now(), language=language())
    asked = _asked(read)
    context = _shared(read, asked)
    if asked.figure == CHANGES:
        return page("cycles/changes.html", **context, changes=parts.scope_changes(read, asked.choice))
    if asked.figure:
        return page("cycles/items.html", **context, **_items(read, asked))
    return page("cycles/cycle.html", **context, **_page(read, asked.choice))


def _asked(read: Sources) -> Asked:
    query = Query(request.args, request.args)
    workstream = query.one("workstream", read.cycle.workstreams)
    figure = query.one("show", {*OPENED, CHANGES})
    basis = query.one("basis", {basis.value for basis in read.cycle.readings}, Basis.AS_NOW)
    goal = query.one("goal", set(Goal))
    choice = read.cycle.workstreams[workstream] if workstream else read.cycle.programme
    return Asked(choice, figure, Basis(basis), Goal(goal) if goal else None, query.notices)


def _shared(read: Sources, asked: Asked) -> dict[str, Any]:
    """What both the page and the lists of its items show."""
    cycle, reading = read.cycle, read.cycle.now
    numbers = [row.cycle for row in cycle.history.cycles]
    at = numbers.index(cycle.number)
    stream = asked.choice.workstream or ""
    return {
        "cycle": reading.cycle,
        "heading": findings.heading(read, cycle.row(cycle.programme), today()),
        "reading": reading,
        "reported": cycle.reported,
        "is_by_older": cycle.is_by_older,
        "row": cycle.row(asked.choice),
        "stream": stream,
        "stream_name": read.workstreams.get(stream, ""),
        "is_joined": bool(cycle.joined(asked.choice)) or not stream,
        "earlier": numbers[at - 1] if at else None,
        "later": numbers[at + 1] if at + 1 < len(numbers) else None,
        "notices": asked.notices,
        "is_planner": current_viewer().actor.is_planner,
        "opens": _opener(cycle.number, stream),
        "number": figure_words.number,
        "label": figure_words.label,
        "definition": figure_words.definition,
        "basis_label": figure_words.basis_label,
        "basis_definition": figure_words.basis_definition,
        "reason_word": reason_word,
        "amount": findings.amount,
        "as_of": cycle.as_of,
        "names": read.workflows,
    }


def _opener(number: int, stream: str) -> Callable[..., str]:
    """Gives the address of what a figure counts."""

    def opens(figure: str, goal: Goal | None = None, workstream: str = stream, basis: str = "") -> str:
        return url_for(
            "cycle.show", number=number, show=figure, goal=goal, workstream=workstream or None, basis=basis or None
        )

    return opens


def _page(read: Sources, choice: Choice) -> dict[str, Any]:
    cycle = read.cycle
    is_draft = cycle.now.cycle.status is CycleStatus.DRAFT
    changed = parts.differences(read, choice)
    closed_at = cycle.reported.as_of if cycle.reported is not None else cycle.as_of
    same_day = _same_day(read, choice)
    return {
        "summary_words": findings.summary(read, choice, same_day),
        "figures": [(gettext(word), rows) for word, rows in _figures(read, choice, same_day)]
        if cycle.now.is_begun
        else [],
        "shared_figures": [(gettext(word), _rows_of(read, choice, names)) for word, names in _SHARED.items()],
        "changed": changed.items,
        "went_on": changed.went_on,
        "effect_words": findings.effect_words,
        "cause_words": findings.cause_words,
        "cause_tag": partial(findings.cause_tag, closed_at=closed_at),
        "goals": parts.goal_rows(read, choice),
        "streams": [] if choice.workstream else parts.stream_rows(read),
        "stream_figures": () if is_draft and not cycle.now.is_begun else parts.STREAM_FIGURES,
        "scope": tuple(name for name in MEMBERS if name != "members"),
        "members": len(cycle.members(choice)),
        "changes": parts.scope_changes(read, choice),
        "carried": parts.carried(read, choice),
        "dispositions": parts.dispositions(read, choice),
        "blockers": parts.open_blockers(read, choice),
        "most": MOST_ROWS,
    }


def _same_day(read: Sources, choice: Choice) -> SheetRow | None:
    """Of a cycle that runs and is not over, the row of the chart that compares it through the same working day."""
    cycle, number = read.cycle, read.cycle.number
    if cycle.reported is not None:
        return None
    row = next(iter(throughput.rows(Span(cycle.history, cycle.as_of, number, number), choice)))
    return row if row.values["tested_same_day"] is not None else None


def _items(read: Sources, asked: Asked) -> dict[str, Any]:
    behind = read.cycle.behind(asked.figure, asked.choice, asked.basis)
    if asked.goal is not None:
        behind = [each for each in behind if each.goal is asked.goal]
    rows = parts.item_rows(read, asked.figure, behind, asked.choice)
    value: int | Decimal | None = len(behind)
    if asked.goal is None and asked.figure not in MEMBERS:
        value = read.cycle.value(asked.figure, asked.choice, asked.basis)
    return {
        "figure": asked.figure,
        "value": value,
        "basis": asked.basis,
        "goal": asked.goal,
        "rows": rows,
        "title": findings.items_title(read, asked.figure, value, asked.goal, asked.choice.workstream or ""),
        "columns": _columns(rows),
        "other_basis": [basis for basis in read.cycle.readings if basis is not asked.basis],
    }


def _columns(rows: list[parts.ItemRow]) -> set[str]:
    """The columns in which some row says something."""
    names = ("goal", "state", "workstreams", "times_carried", "at", "amount", "reason", "actor", "holds")
    return {name for name in names if any(getattr(row, name) not in {None, "", 0, ()} for row in rows)} | {
        "amount" for row in rows if row.amount is not None
    }


def _figures(read: Sources, choice: Choice, same_day: SheetRow | None) -> list[tuple[str, list[FigureRow]]]:
    rows = {row.name: row for row in _rows_of(read, choice, FIGURES)}
    if same_day is not None:
        for name, column in _SAME_DAY.items():
            rows[name] = _by_the_same_day(rows[name], same_day, column, choice)
    return [
        (word, [rows[name] for name, words in FIGURES.items() if words.group == group])
        for group, word in GROUPS.items()
    ]


def _rows_of(read: Sources, choice: Choice, names: Iterable[str]) -> list[FigureRow]:
    opens = _opener(read.cycle.number, choice.workstream or "")
    return [_figure(read, choice, name, opens) for name in names]


def _figure(read: Sources, choice: Choice, name: str, opens: Callable[..., str]) -> FigureRow:
    cycle = read.cycle
    was = cycle.value(name, choice, Basis.AS_REPORTED) if cycle.reported is not None else None
    is_ = cycle.value(name, choice)
    has_list = name not in _NO_LIST
    return FigureRow(
        name,
        figure_words.label(name),
        figure_words.definition(name),
        figure_words.number(name, was),
        figure_words.number(name, is_),
        _difference(name, was, is_) if cycle.reported is not None and not cycle.lacks(name) else "",
        opens(name, basis=Basis.AS_REPORTED.value) if has_list and was else "",
        opens(name) if has_list and is_ else "",
        is_ == 0,
    )


def _by_the_same_day(row: FigureRow, same_day: SheetRow, column: str, choice: Choice) -> FigureRow:
    """A comparison with the previous cycle, as far as that had come by then: with all of it, it would say nothing."""
    value, number = same_day.values[column], same_day.cycle
    assert value is None or isinstance(value, int | Decimal), "a number of the chart"
    place: dict[str, Any] = {"from": number, "to": number, "cycle": number, "workstream": choice.workstream}
    return replace(
        row,
        label=chart_words.label(column),
        definition=chart_words.definition(column),
        now=figure_words.number(row.name, value),
        now_opens=url_for("charts.show", name="throughput", show=column, **place) if value and row.now_opens else "",
        is_zero=value == 0,
    )


def _difference(name: str, was: int | Decimal | None, is_: int | Decimal | None) -> str:
    if was == is_:
        return ""
    if was is None or is_ is None:
        return gettext("differs")
    sign = "+" if is_ > was else "−"
    return f"{sign}{figure_words.number(name, abs(Decimal(is_) - Decimal(was)))}"
