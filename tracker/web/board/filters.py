"""The board's filters: every one lives in the URL."""

from collections.abc import Container

from werkzeug.datastructures import MultiDict

from tracker.domain.states import CycleStatus
from tracker.queries.board.cards import ALL, NONE, BoardFrame
from tracker.queries.board.layout import GROUPS, Filters
from tracker.web.ui.filters import Choice, choices
from tracker.web.ui.translation import gettext

BOARD, LIST = VIEWS = ("board", "list")
_KNOWN = {"cycle", "workstream", "project", "owner", "blocked", "stale", "q", "group", "view", "rows", "seen"}
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_LONGEST_SEARCH = 2_000


def read_filters(args: MultiDict[str, str], frame: BoardFrame) -> tuple[Filters, list[str]]:
    """The filters that the URL names, and a notice for each value that means nothing here."""
    notices: list[str] = []

    def ignored(name: str, value: str) -> None:
        notices.append(
            gettext("The filter %(name)s=%(value)s means nothing here and was left out.", name=name, value=value[:80])
        )

    def known(name: str, values: Container[str]) -> tuple[str, ...]:
        chosen = dict.fromkeys(value for value in args.getlist(name) if value)
        for value in chosen:
            if value not in values:
                ignored(name, value)
        return tuple(value for value in chosen if value in values)

    def one(name: str, values: Container[str], default: str) -> str:
        chosen = known(name, values)
        return chosen[-1] if chosen else default

    for name in args:
        if name not in _KNOWN:
            ignored(name, args[name])
    default_cycle = str(frame.running.number) if frame.running else ALL
    numbers = {str(cycle.number) for cycle in frame.cycles}
    filters = Filters(
        cycle=one("cycle", {ALL, NONE, *numbers}, default_cycle),
        workstreams=known("workstream", frame.streams),
        projects=known("project", frame.projects),
        owners=known("owner", frame.owners),
        blocked=one("blocked", _YES | _NO, "0") in _YES,
        stale=one("stale", _YES | _NO, "0") in _YES,
        q=args.get("q", "").strip()[:_LONGEST_SEARCH],
        group=one("group", GROUPS, ""),
        view=one("view", VIEWS, "board"),
    )
    return filters, notices


def cycle_choices(frame: BoardFrame, filters: Filters) -> list[Choice]:
    """The cycles, the newest first, then all of them and the backlog."""
    words = {
        CycleStatus.DRAFT: gettext("draft"),
        CycleStatus.RUNNING: gettext("running"),
        CycleStatus.CLOSED: gettext("closed"),
    }
    pairs = [
        (str(cycle.number), gettext("Cycle %(number)s, %(status)s", number=cycle.number, status=words[cycle.status]))
        for cycle in reversed(frame.cycles)
    ]
    pairs += [(ALL, gettext("All cycles")), (NONE, gettext("Backlog"))]
    return choices(pairs, (filters.cycle,))
