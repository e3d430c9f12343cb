"""What a cycle has come to, in words."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from tracker.domain.charts.sheets import SheetRow
from tracker.domain.errors import N_
from tracker.domain.figures.behind import BY_AMOUNT, Difference
from tracker.domain.figures.rounding import half_up
from tracker.domain.figures.summaries import Choice, Summary, days
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus, Goal, PartEventKind
from tracker.queries.cycles.page import Late, Sources
from tracker.web.charts import figure_words
from tracker.web.ui.formats import day, state_or_dash
from tracker.web.ui.translation import gettext, ngettext
from tracker.web.ui.words import word

_EVENTS = {
    "held": N_("Held by blocker %(number)s"),
    "released": N_("Released by blocker %(number)s"),
    "archived": N_("Archived"),
    "scope": N_("Scope changed"),
}

_PART_EVENTS = {
    PartEventKind.SIGNED: N_("%(workstream)s: part in %(stage)s done"),
    PartEventKind.WAIVED: N_("%(workstream)s: part in %(stage)s not needed"),
    PartEventKind.WITHDRAWN: N_("%(workstream)s: part in %(stage)s open again"),
    PartEventKind.JOINED: N_("%(workstream)s takes part"),
    PartEventKind.LEFT: N_("%(workstream)s takes no part any more"),
}


def heading(read: Sources, row: Summary, today: date) -> str:
    """The finding, which stands over the page."""
    match read.cycle.now.cycle.status:
        case CycleStatus.CLOSED:
            return _closed(read.cycle.number, row)
        case CycleStatus.RUNNING:
            return _running(read, row, today)
        case _:
            return _draft(read, today)


def _closed(number: int, row: Summary) -> str:
    values = {"number": number, "tested": _tested(row), "previous": number - 1}
    if row.tested is None:
        return gettext("Cycle %(number)s: closed before it began", **values)
    if row.ratio_to_previous is None:
        return gettext("Cycle %(number)s: %(tested)s", **values)
    ratio = figure_words.number("ratio_to_previous", row.ratio_to_previous)
    return gettext("Cycle %(number)s: %(tested)s, %(ratio)s times cycle %(previous)s", ratio=ratio, **values)


def _running(read: Sources, row: Summary, today: date) -> str:
    reading, cycle = read.cycle.now, read.cycle.now.cycle
    if not reading.is_begun:
        members = ngettext("%(num)s workflow", "%(num)s workflows", len(read.cycle.members(read.cycle.programme)))
        return _begins(cycle, members)
    values = {"number": cycle.cycle, "tested": _tested(row)}
    if today > cycle.ends_on:
        over = day(cycle.ends_on)
        return gettext("Cycle %(number)s: %(tested)s, over since %(day)s and not closed", day=over, **values)
    values |= {"day": str(reading.working_days_so_far), "days": str(reading.working_days)}
    return gettext("Cycle %(number)s: %(tested)s, working day %(day)s of %(days)s", **values)


def _draft(read: Sources, today: date) -> str:
    cycle, members = read.cycle.now.cycle, len(read.cycle.members(read.cycle.programme))
    planned = ngettext("%(num)s planned", "%(num)s planned", members) if members else gettext("nothing planned yet")
    if today < cycle.starts_on:
        return _begins(cycle, planned)
    values = {"number": cycle.cycle, "members": planned, "day": day(cycle.starts_on)}
    return gettext("Cycle %(number)s: %(members)s, not committed though it began %(day)s", **values)


def _begins(cycle: CycleRow, members: str) -> str:
    values = {"number": cycle.cycle, "members": members, "day": day(cycle.starts_on)}
    return gettext("Cycle %(number)s: %(members)s, begins %(day)s", **values)


def summary(read: Sources, choice: Choice, same_day: SheetRow | None = None) -> str:
    """The figures in one sentence, while it is under way with the previous cycle; nothing before there are any."""
    row = read.cycle.row(choice)
    if row.designed is None:
        return ""
    words = gettext(
        "%(designed)s, %(validated)s and %(tested)s.",
        designed=figure_words.counted("designed", row.designed),
        validated=figure_words.counted("validated", row.validated or 0),
        tested=_tested(row),
    )
    members = len(read.cycle.members(choice))
    if row.met is not None and members:
        words += " " + gettext("%(met)s of %(members)s goals met.", met=row.met, members=members)
    ratio = same_day.values["ratio_same_day"] if same_day is not None else None
    if same_day is not None and isinstance(ratio, Decimal):
        words += " " + gettext(
            "By the same working day cycle %(previous)s had %(then)s tested; this is %(ratio)s times as many.",
            ratio=figure_words.number("ratio_to_previous", ratio),
            then=same_day.values["tested_same_day"],
            previous=read.cycle.number - 1,
        )
    return words


def items_title(read: Sources, figure: str, value: int | Decimal | None, goal: Goal | None, workstream: str) -> str:
    """Which figure of what the list is about, with its number."""
    whole = isinstance(value, int) and figure in {"designed", "validated", "tested"}
    words = [
        figure_words.counted(figure, int(value or 0))
        if whole
        else f"{figure_words.label(figure)}: {figure_words.with_unit(figure, value)}"
    ]
    words += [gettext("goal %(goal)s", goal=word(goal))] if goal is not None else []
    words += [workstream] if workstream else []
    words.append(gettext("cycle %(number)s", number=read.cycle.number))
    return ", ".join(words)


def amount(figure: str, value: timedelta | int | None) -> str:
    """What a figure has of one item, in days."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return figure_words.with_unit("blocked_days", half_up(days([value]), 1))
    return figure_words.with_unit(figure if figure in BY_AMOUNT else "lead_time_p50_days", value)


def effect_words(each: Difference) -> str:
    """Which figure a difference changes, and how."""
    label = gettext("Lead time") if each.figure.startswith("lead_time") else figure_words.label(each.figure)
    if each.figure == "median_blocker_age_days":
        label = gettext("Age")
    if each.figure not in BY_AMOUNT:
        return f"{label} {'+1' if each.change > 0 else '−1'}"
    was = amount(each.figure, each.was.amount) if each.was else "–"
    is_ = amount(each.figure, each.now.amount) if each.now else "–"
    return f"{label} {was} → {is_}"


def cause_tag(cause: Late, closed_at: datetime) -> str:
    """How a row came late to the figures of a cycle closed then."""
    if cause.kind == "taken_back":
        return gettext("taken back after the close")
    if cause.happened_at > closed_at or cause.kind == "archived":
        return gettext("happened after the close")
    return gettext("entered late")


def cause_words(cause: Late) -> str:
    """What a row says that one reading knew and the other did not."""
    if cause.kind in _EVENTS:
        return gettext(_EVENTS[cause.kind], number=cause.blocker)
    if cause.part is not None:
        code, stage, event = cause.part
        return gettext(_PART_EVENTS[event], workstream=code, stage=word(stage) if stage else "")
    if cause.kind == "moved" and cause.from_state is None:
        return gettext("Created")
    return f"{state_or_dash(cause.from_state)} → {state_or_dash(cause.to_state)}"


def _tested(row: Summary) -> str:
    return figure_words.counted("tested", row.tested or 0)
