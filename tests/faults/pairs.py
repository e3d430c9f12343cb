"""Two commands at the same instant, each in a thread and a transaction of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine
from sqlmodel import Session

from tests.builders import day
from tracker.commands.entry.entries import Entry, open_entry
from tracker.db.engine import transaction
from tracker.domain.errors import TrackerError
from tracker.domain.people import Actor
from tracker.domain.states import Role

NOW = day(75)  # in cycle 2 of the small programme
LEAD = Actor(2, "Projektledare SIDU", Role.LEAD, frozenset({"LAB"}))  # ids as the small programme gives them
PLANNER = Actor(1, "Programkontoret", Role.PLANNER)

Command = Callable[[Session, Entry], object]


def do(engine: Engine, command: Command, actor: Actor = LEAD) -> object:
    """One command, as an edge runs it."""
    with transaction(engine) as session:
        return command(session, open_entry(session, actor, "test", NOW))


def both(together: ThreadPoolExecutor, *acts: Callable[[], object]) -> list[object]:
    """What the acts give when they start at one instant; a refusal is given, not raised."""
    barrier = threading.Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return one()
        except TrackerError as error:
            return error

    return list(together.map(act, acts))
