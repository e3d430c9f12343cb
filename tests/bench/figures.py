"""The figures of eight cycles from 100,000 changes, against reading those changes raw; and the memory it takes."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle as repeated
from itertools import islice
from pathlib import Path

from sqlalchemy import Engine

from tests.bench.timing import medians
from tests.builders import Flow, a_cycle, a_programme, day, load
from tests.databases import Databases
from tracker.db.engine import make_engine, reading
from tracker.domain.programme.rows import Programme, ProjectRow, WorkstreamRow
from tracker.domain.states import CycleStatus, Goal, ScopeKind, State
from tracker.queries import figures

WORKFLOWS, CHANGES, CYCLES, STREAMS = 5_000, 100_000, 8, 30
AS_OF = day(400)
_WAY = (
    State.DESIGN,
    State.VALIDATION,
    State.DESIGN,
    State.VALIDATION,
    State.TEST,
    State.VALIDATION,
    State.TEST,
    State.DONE,
    State.TEST,
    State.DONE,
)


def a_programme_of_cycles(workflows: int = WORKFLOWS, changes: int = CHANGES) -> Programme:
    """Workflows that go back and forth for a cycle or two, half of them until they are done; a tenth are held, all are
    carried once.
    """
    statuses = [CycleStatus.CLOSED] * (CYCLES - 2) + [CycleStatus.RUNNING, CycleStatus.DRAFT]
    return a_programme(
        *(_flow(number, changes // workflows - 1 + number % 2) for number in range(1, workflows + 1)),
        cycles=[a_cycle(number, status) for number, status in enumerate(statuses, 1)],
        projects=[ProjectRow("SOKI", "Kliniskt innehåll")],
        workstreams=[WorkstreamRow(f"S{number:02}", f"Ström {number}", "", "SOKI") for number in range(STREAMS)],
    )


def _flow(number: int, moves: int) -> Flow:
    flow = Flow(f"F-{number:05}", f"Arbetsflöde {number}", workstream=f"S{number % STREAMS:02}")
    first = number % (CYCLES - 2) + 1
    at = day(1) + timedelta(weeks=7 * (first - 1), minutes=number % 600)
    for turn, state in enumerate(islice(repeated(_WAY), moves)):
        flow.to(state, at + timedelta(days=turn * 4 + number % 9))
    flow.in_cycle(first, at=at - timedelta(days=9))
    closed_at = a_cycle(first, CycleStatus.CLOSED).closed_at
    assert closed_at is not None
    flow.scoped(first, first + 1, Goal.TEST, ScopeKind.CARRIED, closed_at, reason="capacity")
    if number % 10 == 0:
        flow.held(number // 10, at + timedelta(days=3)).released(number // 10, at + timedelta(days=12))
    return flow


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
