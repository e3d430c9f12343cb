"""Files of 5,000 rows against Python's bare csv.writer, given the same rows ready in memory."""

import csv
import io
from collections.abc import Callable
from operator import attrgetter

from sqlalchemy import Engine

from tests.bench.timing import medians
from tests.builders import load
from tests.databases import Databases
from tests.large_programme import a_large_programme
from tracker.db.engine import make_engine, reading
from tracker.domain.cells import Dialect
from tracker.domain.files.csv_text import rows_text
from tracker.domain.programme.files import CHANGES
from tracker.queries.programme import files as programme_files

ROWS = 5_000
_FIELDS = attrgetter(*(column.name for column in CHANGES.columns))


def contenders(engine: Engine) -> dict[str, Callable[[], object]]:
    """Our file in either dialect, and what csv.writer makes of the same values."""
    with reading(engine) as session:
        rows = list(programme_files.rows(session, "changes"))[:ROWS]

    def floor() -> str:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(map(_FIELDS, rows))
        return text.getvalue()

    return {
        "csv": lambda: "".join(rows_text(CHANGES.columns, rows, Dialect.CSV)),
        "excel-sv": lambda: "".join(rows_text(CHANGES.columns, rows, Dialect.EXCEL_SV)),
        "floor": floor,
    }


def measured(databases: Databases, rounds: int) -> dict[str, float]:
    """Seconds of each."""
    with databases.fresh() as url:
        engine = make_engine(url)
        load(engine, a_large_programme(ROWS // 20, ROWS))
        times = medians(contenders(engine), rounds)
        engine.dispose()
        return times
