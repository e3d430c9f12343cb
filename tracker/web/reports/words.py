"""The words around a report; those of the report itself are `tracker.domain.reports`'s, for files have them too."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from tracker.domain.calendar import local_date
from tracker.domain.errors import N_
from tracker.domain.reports.documents import LANGUAGES, PlanResult, PointResult, Report, Status
from tracker.domain.reports.numbers import RATE, RATIO, Numbers
from tracker.domain.reports.tokens import Place, plain
from tracker.domain.states import Goal
from tracker.web.charts import figure_words
from tracker.web.ui.formats import day, language, state_name
from tracker.web.ui.translation import gettext, ngettext

_SECTIONS = {"introduction": N_("Introduction"), "summary": N_("What was done"), "plan": N_("What comes next")}
_OURS = {
    "moved_back": (
        N_("Moved back"),
        N_("Workflows that were moved from a later state to an earlier one, each once. Moves taken back do not count."),
    ),
    "moves_back": (
        N_("Moves back"),
        N_("Moves from a later state to an earlier one, each counted as in the chart. Moves taken back do not count."),
    ),
    "shared_lacking": (
        N_("Shared workflows that lack parts"),
        N_(
            "Own workflows in design, validation or test at the end of those days with some part of another workstream "
            "neither signed nor said to be not needed."
        ),
    ),
    "remaining": (N_("Remaining"), N_("Workflows that were not done at the end of those days.")),
    "workflows": (N_("Workflows"), N_("All workflows that there were at the end of those days, done or not.")),
    "members": (N_("In the cycle"), N_("Workflows in the cycle just before its close, or now while it runs.")),
    "left": (N_("Left to do"), N_("Workflows in the cycle that have not met their goal, as long as it is not closed.")),
    "kept": (N_("Kept"), N_("Of the committed ones, those that passed the goal they were committed to.")),
}


def status_word(status: Status) -> str:
    """How far a part has come."""
    return LANGUAGES[language()].status[status.value]


def count_word(status: Status, number: int) -> str:
    """How many have come so far."""
    match status:
        case Status.READY:
            return ngettext("%(num)s ready", "%(num)s ready", number)
        case Status.DRAFT:
            return ngettext("%(num)s draft", "%(num)s drafts", number)
        case Status.NOT_BEGUN:
            return ngettext("%(num)s not begun", "%(num)s not begun", number)


def section_word(section: str) -> str:
    """Which of a part's texts."""
    return gettext(_SECTIONS[section])


def counts(report: Report) -> list[tuple[Status, str]]:
    """How many projects have come how far."""
    each = [part.status for part in report.parts if not part.is_office]
    return [(status, count_word(status, each.count(status))) for status in reversed(Status)]


def why_not(is_published: bool, has_streams: bool, name: str) -> str:
    """Why somebody may not write a part."""
    if is_published:
        return gettext("The report is published and stands.")
    if has_streams:
        return gettext("You can read everything. Leads in %(project)s and planners write this part.", project=name)
    return gettext("You can read everything. This part has no workstreams, so planners write it.")


def heading(figure: str, place: Place, project: str, number: int) -> str:
    """What a list of items is."""
    where = ", ".join(
        [
            *([gettext("cycle %(cycle)s", cycle=place.cycle)] if place.cycle else []),
            *([f"{LANGUAGES[language()].month_name(place.month)} {place.month.year}"] if place.month else []),
            project,
        ]
    )
    return gettext("%(what)s, %(where)s: %(number)s", what=label(figure), where=where, number=number)


def label(figure: str) -> str:
    """What a figure is called."""
    name, _, goal = figure.partition("_")
    if name == "members" and goal:
        return gettext("In the cycle with goal %(goal)s", goal=state_name(goal))
    if name == "left" and goal:
        return gettext("Left to do, goal %(goal)s", goal=state_name(goal))
    if figure in {RATIO, RATE}:
        return figure_words.label("tested")
    return gettext(_OURS[figure][0]) if figure in _OURS else figure_words.label(figure)


def definition(figure: str) -> str:
    """What exactly it counts."""
    whole, _, _ = figure.partition("_")
    name = "tested" if figure in {RATIO, RATE} else whole if whole in {"members", "left"} else figure
    return gettext(_OURS[name][1]) if name in _OURS else figure_words.definition(name)


def days(numbers: Numbers, place: Place, write: Callable[[date], str]) -> str:
    """The days that are counted."""
    start, border = numbers.window(place)
    first, last = local_date(start, numbers.zone), local_date(border, numbers.zone) - timedelta(days=1)
    return f"{write(first)} – {write(last)}"


def plan_results(found: Sequence[PlanResult]) -> list[tuple[str, list[str]]]:
    """What came of each point of last month's plan."""
    return [(plain(each.point), list(_result_texts(each.came))) for each in found]


def _result_texts(came: Sequence[PointResult]) -> Iterator[str]:
    for each in came:
        if each.blocked is not None:
            on = each.blocked.resolved_on
            title = each.token.shown
            if on is not None:
                yield gettext("“%(title)s” was resolved on %(day)s.", title=title, day=day(on))
            else:
                yield gettext("“%(title)s” is still open.", title=title)
        elif each.met is not None:
            goal = each.token.figure.partition("_")[2]
            of = f" ({state_name(goal)})" if goal in set(Goal) else ""
            yield ngettext(
                "Of %(whole)s%(of)s, %(num)s has met its goal by now.",
                "Of %(whole)s%(of)s, %(num)s have met their goal by now.",
                each.met,
                whole=each.whole,
                of=of,
            )
