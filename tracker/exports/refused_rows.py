"""The rows of an import that were refused, as a file to be corrected and imported again."""

import csv
import io
from collections.abc import Callable

from tracker.commands.imports.plan import Plan, Problem
from tracker.commands.imports.results import RowResult
from tracker.domain.cells import Dialect, guarded, unguarded


def content(plan: Plan, *, cause: str, words: Callable[[Problem], str], dialect: Dialect) -> bytes:
    """The rows with the headings of their file and a column with why each is refused; `cause` heads that column.

    A column that an earlier such file brought along is replaced.
    """
    headings = plan.table.headings
    places = [place for place, heading in enumerate(headings) if heading != cause]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator="\r\n")
    writer.writerow([*(guarded(headings[place]) for place in places), cause])
    for each in plan.of(RowResult.REFUSED):
        cells = [*each.row.cells, *[""] * len(headings)]
        why = "; ".join(words(problem) for problem in each.problems)
        writer.writerow([*(guarded(unguarded(cells[place])) for place in places), guarded(why)])
    return f"\ufeff{text.getvalue()}".encode("utf-8", "replace")
