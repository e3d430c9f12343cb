"""How many cards stand in a column, in words."""

from tracker.queries.board.layout import Cell
from tracker.web.ui.translation import gettext


def limit_words(cell: Cell) -> str:
    """How many of how many a column may hold; what others own is told apart, and not counted against it."""
    shared = cell.count - cell.owned
    if cell.limit is None:
        return gettext("%(owned)s + %(shared)s shared", owned=cell.owned, shared=shared) if shared else ""
    if shared:
        return gettext("%(owned)s of %(limit)s, %(shared)s shared", owned=cell.owned, limit=cell.limit, shared=shared)
    return gettext("of %(limit)s", limit=cell.limit)


def over_words(cell: Cell) -> str:
    """By how many a column is over its limit; nothing when it is not."""
    return gettext("%(n)s over", n=cell.over) if cell.over else ""
