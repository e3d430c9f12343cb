"""What a chart's address asks for: cycles from and to, project, workstream, by what, and the figure of the heat map."""

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from tracker.domain.charts.sheets import By
from tracker.domain.figures.history import History
from tracker.domain.figures.summaries import Choice, choice_of
from tracker.domain.programme.rows import CycleRow
from tracker.domain.states import CycleStatus
from tracker.queries.charts import Sources
from tracker.web.charts.figure_words import FIGURES
from tracker.web.ui.filters import Choice as Option
from tracker.web.ui.filters import choices
from tracker.web.ui.translation import gettext

FIGURE = "tested"
_LONGEST_SHOWN = 80
_OWN = {"from", "to", "project", "workstream", "by", "figure"}


class Filters(NamedTuple):
    """Numbers of the first and last cycle, and the rest; `notices` say what meant nothing and was left out."""

    first: int
    last: int
    projects: tuple[str, ...]
    workstreams: tuple[str, ...]
    by: By
    figure: str
    notices: list[str]

    def choice(self, history: History) -> Choice:
        """The workstreams that are chosen."""
        return choice_of(history, self.projects, self.workstreams)

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
    notices: list[str] = []

    def ignored(name: str, value: str) -> None:
        notices.append(
            gettext(
                "The filter %(name)s=%(value)s means nothing here and was left out.",
                name=name,
                value=value[:_LONGEST_SHOWN],
            )
        )

    def known(name: str, values: Collection[str]) -> tuple[str, ...]:
        given = dict.fromkeys(value for value in args.getlist(name) if value)
        for value in given:
            if value not in values:
                ignored(name, value)
        return tuple(value for value in given if value in values)

    for name in args:
        if name not in _OWN and name not in also:
            ignored(name, args[name])
    numbers = [row.cycle for row in sources.history.cycles]
    first, last = _range(args, numbers, sources.history.cycles, notices)
    return Filters(
        first,
        last,
        known("project", sources.projects),
        known("workstream", sources.workstreams),
        By((*known("by", {By.PROJECT.value, By.WORKSTREAM.value}), "")[0]),
        (*known("figure", FIGURES), FIGURE)[0],
        notices,
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
            [("", gettext("All")), *((code, name) for code, name in sources.projects.items() if code in having)],
            filters.projects or ("",),
        ),
        "workstream": choices(
            [("", gettext("All")), *((code, f"{code} {name}") for code, name in sorted(sources.workstreams.items()))],
            filters.workstreams or ("",),
        ),
        "by": choices(by, (filters.by.value,)),
        "figure": choices([(name, gettext(words.label)) for name, words in FIGURES.items()], (filters.figure,)),
    }


def _range(
    args: MultiDict[str, str], numbers: list[int], cycles: list[CycleRow], notices: list[str]
) -> tuple[int, int]:
    """The cycles asked for; by itself the one before the running one, that, and the next."""
    usual = _usual(cycles)
    if not numbers:
        return usual
    first = _number(args.get("from", ""), "from", usual[0], numbers, notices)
    last = _number(args.get("to", ""), "to", max(usual[1], first) if "from" in args else usual[1], numbers, notices)
    if first > last:
        if "from" not in args:
            return last, last
        notices.append(
            gettext(
                "Cycle %(first)s comes after cycle %(last)s: they are shown the other way round.",
                first=first,
                last=last,
            )
        )
        return last, first
    return first, last


def _number(text: str, name: str, usual: int, numbers: list[int], notices: list[str]) -> int:
    if not text:
        return usual
    if text.isascii() and text.isdecimal() and len(text) <= len(str(max(numbers))) and int(text) in numbers:
        return int(text)
    notices.append(
        gettext(
            "There is no cycle %(value)s for “%(name)s”. There are cycles %(first)s to %(last)s.",
            value=text[:_LONGEST_SHOWN],
            name=_range_word(name),
            first=numbers[0],
            last=numbers[-1],
        )
    )
    return usual


def _range_word(name: str) -> str:
    words: dict[str, Callable[[], str]] = {"from": lambda: gettext("from"), "to": lambda: gettext("to")}
    return words[name]()


def _usual(cycles: list[CycleRow]) -> tuple[int, int]:
    if not cycles:
        return 0, 0
    numbers = [row.cycle for row in cycles]
    running = next((row.cycle for row in cycles if row.status is CycleStatus.RUNNING), None)
    if running is None:
        closed = [row.cycle for row in cycles if row.status is CycleStatus.CLOSED]
        running = closed[-1] if closed else numbers[0]
    at = numbers.index(running)
    return numbers[max(at - 1, 0)], numbers[min(at + 1, len(numbers) - 1)]
