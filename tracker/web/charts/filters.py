"""What a chart's address asks for: cycles from and to, project, workstream, by what, and the figure of the heat map."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from tracker.domain.calendar import local_date, working_days
from tracker.domain.charts.sheets import By
from tracker.domain.errors import N_
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus
from tracker.queries.charts import Sources
from tracker.web.charts.figure_words import FIGURES
from tracker.web.ui.query import Choice as Option
from tracker.web.ui.query import Query, choices, whole
from tracker.web.ui.translation import gettext

FIGURE = "tested"
YOUNG = 7  # working days behind it, from which a running cycle can be judged
_LONGEST_SHOWN = 80
_RANGE = {"from": N_("from"), "to": N_("to")}


class Filters(NamedTuple):
    """Numbers of the first and last cycle, and the rest; `notices` say what meant nothing and was left out."""

    first: int
    last: int
    projects: tuple[str, ...]
    workstreams: tuple[str, ...]
    by: By
    figure: str
    notices: list[str]

    def parameters(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - Flask's values
        """Them as parameters of an address, changed; the cycles always, so that a link keeps what it shows."""
        return {
            "from": self.first or None,
            "to": self.last or None,
            "project": list(self.projects),
            "workstream": list(self.workstreams),
            "by": self.by.value or None,
            "figure": self.figure if self.figure != FIGURE else None,
        } | changes


def read_filters(args: MultiDict[str, str], sources: Sources, also: Collection[str] = ()) -> Filters:
    """The filters that the address names; `also` are other parameters that mean something."""
    query = Query(args, also)
    first, last = _range(query, sources.history.cycles, _usual(sources))
    return Filters(
        first,
        last,
        query.several("project", sources.projects),
        query.several("workstream", sources.workstreams),
        By(query.one("by", {By.PROJECT.value, By.WORKSTREAM.value})),
        query.one("figure", FIGURES, FIGURE),
        query.notices,
    )


def pickers(filters: Filters, sources: Sources) -> dict[str, list[Option]]:
    """What each filter offers."""
    cycles = [(str(row.cycle), str(row.cycle)) for row in sources.history.cycles]
    having = {row.project for row in sources.history.workstreams}
    by = [("", gettext("Together")), ("project", gettext("By project")), ("workstream", gettext("By workstream"))]
    return {
        "from": choices(cycles, (str(filters.first),)),
        "to": choices(cycles, (str(filters.last),)),
        "project": choices(
            ((code, name) for code, name in sources.projects.items() if code in having), filters.projects
        ),
        "workstream": choices(((code, sources.workstreams[code]) for code in sources.offered), filters.workstreams),
        "by": choices(by, (filters.by.value,)),
        "figure": choices([(name, gettext(words.label)) for name, words in FIGURES.items()], (filters.figure,)),
    }


def _range(query: Query, cycles: list[CycleRow], usual: tuple[int, int]) -> tuple[int, int]:
    """The cycles asked for, or the usual ones."""
    numbers = [row.cycle for row in cycles]
    first = _number(query, "from", usual[0], numbers)
    last = _number(query, "to", max(usual[1], first) if query.has("from") else usual[1], numbers)
    if first <= last:
        return first, last
    if not query.has("from"):
        return last, last
    query.say(
        gettext(
            "Cycle %(first)s comes after cycle %(last)s: they are shown the other way round.", first=first, last=last
        )
    )
    return last, first


def _number(query: Query, name: str, usual: int, numbers: list[int]) -> int:
    text = query.text(name)
    if not text or not numbers:
        return usual
    found = whole(text)
    if found in numbers:
        return found
    query.say(
        gettext(
            "There is no cycle %(value)s for “%(name)s”. There are cycles %(first)s to %(last)s.",
            value=text[:_LONGEST_SHOWN],
            name=gettext(_RANGE[name]),
            first=numbers[0],
            last=numbers[-1],
        )
    )
    return usual


def _usual(sources: Sources) -> tuple[int, int]:
    """The running cycle once it has a history of its own, else the last closed one, with those beside it."""
    numbers = [row.cycle for row in sources.history.cycles]
    if not numbers:
        return 0, 0
    yesterday = local_date(sources.as_of, sources.history.zone) - timedelta(days=1)
    closed = [row.cycle for row in sources.history.cycles if row.status is CycleStatus.CLOSED]
    running = [row for row in sources.history.cycles if row.status is CycleStatus.RUNNING]
    is_young = any(working_days(row.starts_on, yesterday) < YOUNG for row in running)
    middle = closed[-1:] if is_young and closed else [row.cycle for row in running] or closed[-1:]
    at = numbers.index(middle[0]) if middle else 0
    return numbers[max(at - 1, 0)], numbers[min(at + 1, len(numbers) - 1)]
