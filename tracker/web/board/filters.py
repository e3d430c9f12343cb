"""The board's filters: every one lives in the URL. How each is read, what it offers, and what it says on paper."""

from collections.abc import Collection, Iterable

from flask import request

from tracker.domain.sorting import swedish_order
from tracker.queries.board.cards import ALL, NONE, BoardFrame
from tracker.queries.board.layout import GROUPS, ON_THEM, ON_US, WAITING, Filters
from tracker.web.http.context import current_viewer
from tracker.web.ui.query import Choice, Query, choices, same_choices
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import word

BOARD, LIST = VIEWS = ("board", "list")
_OTHERS = {"rows", "seen"}  # parameters that filter nothing


def read_filters(frame: BoardFrame) -> tuple[Filters, list[str]]:
    """The filters that the URL names, and a notice for each value that means nothing here."""
    query = Query(request.args, _OTHERS)
    default_cycle = str(frame.running.number) if frame.running else ALL
    workstreams = query.several("workstream", frame.streams)
    ours = ours_of(workstreams)
    waiting = query.one("waiting", WAITING if ours else ())
    filters = Filters(
        cycle=query.one("cycle", {ALL, NONE, *(str(cycle.number) for cycle in frame.cycles)}, default_cycle),
        workstreams=workstreams,
        projects=query.several("project", frame.projects),
        owners=query.several("owner", frame.owners),
        blocked=query.is_on("blocked"),
        stale=query.is_on("stale"),
        q=query.search(),
        group=query.one("group", GROUPS),
        view=query.one("view", VIEWS, BOARD),
        waiting=waiting,
        ours=ours if waiting else (),
    )
    return filters, query.notices


def ours_of(workstreams: Collection[str]) -> tuple[str, ...]:
    """Who "we" are: the workstreams that are chosen, else the reader's own."""
    return tuple(workstreams or sorted(current_viewer().actor.own_workstreams))


def signing_for(workstreams: Iterable[str]) -> tuple[str, ...]:
    """For whom the reader signs: for those chosen that they lead, else for their own."""
    return ours_of([code for code in workstreams if current_viewer().actor.leads(code)])


def _waiting_words() -> dict[str, str]:
    return {ON_US: gettext("Wait for us"), ON_THEM: gettext("We wait for")}


def pickers(frame: BoardFrame, filters: Filters) -> dict[str, list[Choice]]:
    """What each filter offers; of the cycles the newest first, then all of them and the backlog."""
    cycles = [
        (str(cycle.number), gettext("Cycle %(number)s, %(status)s", number=cycle.number, status=word(cycle.status)))
        for cycle in reversed(frame.cycles)
    ]
    cycles += [(ALL, gettext("All cycles")), (NONE, gettext("Backlog"))]
    streams = ((code, stream.name) for code, stream in frame.streams.items())
    return {
        "cycles": choices(cycles, (filters.cycle,)),
        "project_choices": choices(frame.projects.items(), filters.projects),
        "workstream_choices": choices(streams, filters.workstreams),
        "waiting_choices": choices([("", gettext("All")), *_waiting_words().items()], (filters.waiting,))
        if ours_of(filters.workstreams)
        else [],
        "owner_choices": same_choices(sorted(frame.owners, key=swedish_order), filters.owners),
    }


def in_words(frame: BoardFrame, filters: Filters) -> str:
    """The filters as a sentence, for paper."""
    cycle = frame.cycle(filters.cycle)
    several = {
        gettext("Project"): filters.projects,
        gettext("Workstream"): filters.workstreams,
        gettext("Owner"): filters.owners,
        gettext("Search"): (filters.q,) if filters.q else (),
    }
    without = gettext("All cycles") if filters.cycle == ALL else gettext("Backlog")
    parts = [
        gettext("Cycle %(number)s", number=cycle.number) if cycle else without,
        *(f"{label}: {', '.join(chosen)}" for label, chosen in several.items() if chosen),
        gettext("Is blocked") if filters.blocked else "",
        gettext("Not updated for a week") if filters.stale else "",
        f"{_waiting_words()[filters.waiting]} ({', '.join(filters.ours)})" if filters.waiting else "",
    ]
    return " · ".join(filter(None, parts))
