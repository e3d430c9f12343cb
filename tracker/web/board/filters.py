"""The board's filters: every one lives in the URL. How each is read, what it offers, and what it says on paper."""

from flask import request

from tracker.domain.sorting import swedish_order
from tracker.queries.board.cards import ALL, NONE, BoardFrame
from tracker.queries.board.layout import GROUPS, Filters
from tracker.web.ui.query import Choice, Query, choices, same_choices
from tracker.web.ui.translation import gettext
from tracker.web.ui.words import word

BOARD, LIST = VIEWS = ("board", "list")
_OTHERS = {"rows", "seen"}  # parameters that filter nothing


def read_filters(frame: BoardFrame) -> tuple[Filters, list[str]]:
    """The filters that the URL names, and a notice for each value that means nothing here."""
    query = Query(request.args, _OTHERS)
    default_cycle = str(frame.running.number) if frame.running else ALL
    filters = Filters(
        cycle=query.one("cycle", {ALL, NONE, *(str(cycle.number) for cycle in frame.cycles)}, default_cycle),
        workstreams=query.several("workstream", frame.streams),
        projects=query.several("project", frame.projects),
        owners=query.several("owner", frame.owners),
        blocked=query.is_on("blocked"),
        stale=query.is_on("stale"),
        q=query.search(),
        group=query.one("group", GROUPS),
        view=query.one("view", VIEWS, BOARD),
    )
    return filters, query.notices


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
    ]
    return " · ".join(filter(None, parts))
