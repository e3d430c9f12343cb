"""The rows of an import that were refused, as a file to be corrected and imported again."""

import csv
import io
from collections.abc import Callable, Iterable

from tracker.commands.imports.plan import Planned, Problem
from tracker.domain.cells import Dialect, guarded, unguarded
from tracker.domain.imports.table import Table


def content(
    table: Table, rows: Iterable[Planned], *, cause: str, words: Callable[[Problem], str], dialect: Dialect
) -> bytes:
    """The rows with the headings of their file and a column with why each is refused; `cause` heads that column.

    A column that an earlier such file brought along is replaced.
    """
    places = [place for place, heading in enumerate(table.headings) if heading != cause]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator="\r\n")
    writer.writerow([*(guarded(table.headings[place]) for place in places), cause])
    for each in rows:
        cells = [*each.row.cells, *[""] * len(table.headings)]
        why = "; ".join(words(problem) for problem in each.problems)
        writer.writerow([*(guarded(unguarded(cells[place])) for place in places), guarded(why)])
    return f"\ufeff{text.getvalue()}".encode("utf-8", "replace")
