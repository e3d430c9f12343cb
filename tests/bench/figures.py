"""The figures of eight cycles from 100,000 changes, against reading those changes raw; and the memory it takes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from tests.bench.programme import a_programme_of_cycles
from tests.bench.timing import medians
from tests.builders import day, load
from tests.databases import Databases
from tracker.db.engine import make_engine, reading
from tracker.queries import figures

AS_OF = day(400)


def contenders(engine: Engine) -> dict[str, Callable[[], object]]:
    """The figures, and the driver that reads the table of changes and does nothing with it."""
    connection = engine.raw_connection()
    cursor = connection.cursor()

    def floor() -> object:
        cursor.execute("SELECT * FROM state_change")
        rows = cursor.fetchall()
        connection.rollback()
        return rows

    return {"app": lambda: computed(engine), "floor": floor}


def computed(engine: Engine) -> object:
    """All rows of cycle_summary."""
    with reading(engine) as session:
        return figures.cycle_summary(session, AS_OF)


def measured(databases: Databases, rounds: int) -> tuple[float, float, float]:
    """Seconds of the figures and of the floor, and the megabytes that the figures take. In a process of its own, as a
    server is: one that has made and loaded the programme has its memory in pieces, and that as its peak.
    """
    with databases.fresh() as url:
        engine = make_engine(url)
        load(engine, a_programme_of_cycles())
        engine.dispose()
        command = [sys.executable, "-m", __name__, url, str(rounds)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        ours, floor, megabytes = map(float, printed.split())
        return ours, floor, megabytes


def _peak() -> float:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main(url: str, rounds: int) -> None:
    """Prints what `measured` gives."""
    engine = make_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    before = _peak()
    computed(engine)
    megabytes = _peak() - before
    times = medians(contenders(engine), rounds)
    print(times["app"], times["floor"], megabytes)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
