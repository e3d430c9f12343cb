"""How the columns of charts, and what to bear in mind beneath them, are called."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache

from tracker.charts.registry import CHARTS
from tracker.charts.speech import ColumnWords, Speech
from tracker.domain.charts.cautions import Caution
from tracker.domain.charts.moves_back import NO_REASON
from tracker.domain.charts.sheets import Column, Value
from tracker.domain.errors import N_, NN_
from tracker.domain.states import BlockerCategory, CycleStatus, Goal, State
from tracker.web.charts import figure_words
from tracker.web.charts.figure_words import written
from tracker.web.ui.formats import day, language, short_day
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.ui.words import reason_word, word

_SHARED = {
    "cycle": N_("Cycle"),
    "project": N_("Project"),
    "workstream": N_("Workstream"),
    "workflow": N_("Workflow"),
    "state": N_("State"),
    "status": N_("Status"),
    "working_days_so_far": N_("Working days so far"),
    "day": N_("Day"),
}
# What the columns are called and count that stand in one chart and are no figures of a cycle.
COLUMNS: Mapping[str, ColumnWords] = {name: words for chart in CHARTS.values() for name, words in chart.columns.items()}


def label(column: str) -> str:
    """What a column is called."""
    if column in _SHARED:
        return gettext(_SHARED[column])
    return gettext(COLUMNS[column].label) if column in COLUMNS else figure_words.label(column)


def definition(column: str) -> str:
    """What exactly it counts."""
    return gettext(COLUMNS[column].definition) if column in COLUMNS else figure_words.definition(column)


def key_words(column: Column, value: Value) -> str:
    """What tells a row apart, in a heading."""
    match column.name:
        case "cycle":
            return gettext("cycle %(cycle)s", cycle=value)
        case "waited_on":
            return gettext("on %(workstream)s", workstream=value)
        case _:
            return cell(column, value)


def cell(column: Column, value: Value) -> str:
    """A value as people read it; a dash when it is empty, which is not 0."""
    match value:
        case None | "":
            return "–"
        case CycleStatus() | State() | Goal() | BlockerCategory():
            return word(value)
        case date():
            return day(value)
        case int() | Decimal():
            return str(value) if column.name == "cycle" else written(value, column.places)
        case _ if column.name == "reason":
            return _reason(value)
        case _:
            return value


def speech() -> Speech:
    """The reader's language for charts."""
    return Speech(
        language(),
        gettext,
        ngettext,
        written,
        cache(day),
        word,
        _reason,
        word,
        figure_words.label,
        figure_words.definition,
        short_day,
    )


def _reason(value: str) -> str:
    return gettext("no reason given") if value == NO_REASON else reason_word(value)


def caution_label(caution: Caution, count: int) -> str:
    """The caution with its number first."""
    return ngettext(*_COUNTED[caution], count)


_COUNTED = {
    Caution.STALE: NN_("%(num)s workstream not updated for 7 days", "%(num)s workstreams not updated for 7 days"),
    Caution.LATE: NN_("%(num)s move recorded late", "%(num)s moves recorded late"),
    Caution.BACK: NN_("%(num)s move back", "%(num)s moves back"),
    Caution.TAKEN_BACK: NN_("%(num)s move taken back", "%(num)s moves taken back"),
    Caution.OUTSIDE: NN_("%(num)s move outside the cycles", "%(num)s moves outside the cycles"),
    Caution.DONE_OPEN: NN_("%(num)s workflow done without all parts", "%(num)s workflows done without all parts"),
    Caution.LEFT_OUT: NN_("%(num)s workflow left out", "%(num)s workflows left out"),
}
CAUTION_LABELS = {
    Caution.STALE: N_("Workstreams not updated"),
    Caution.LATE: N_("Moves recorded late"),
    Caution.BACK: N_("Moves back"),
    Caution.TAKEN_BACK: N_("Moves taken back"),
    Caution.OUTSIDE: N_("Moves outside the cycles"),
    Caution.DONE_OPEN: N_("Done without all parts"),
    Caution.LEFT_OUT: N_("Workflows left out"),
}
_CAUTIONS = {
    Caution.STALE: N_(
        "Workstreams with open workflows in the running cycle in which nothing has been changed or checked for seven "
        "days."
    ),
    Caution.LATE: N_("Moves in these cycles that were recorded on a later day than the one they happened on."),
    Caution.BACK: N_("Moves in these cycles from a later state to an earlier one that stand."),
    Caution.TAKEN_BACK: N_("Moves in these cycles that have been taken back since, and so count nowhere."),
    Caution.OUTSIDE: N_("Moves between the first day and the last that fall in no cycle, and so count in none."),
    Caution.DONE_OPEN: N_(
        "Workflows that were done at the end of the last of these cycles (so far, while it is under way) with parts of "
        "others open, neither signed nor said to be not needed. Archived workflows are left out."
    ),
    Caution.LEFT_OUT: N_(
        "Workflows that were archived before they were done, or of a project that had not joined by the last of these "
        "cycles."
    ),
}


def caution_definition(caution: Caution) -> str:
    """What exactly it lists."""
    return gettext(_CAUTIONS[caution])
