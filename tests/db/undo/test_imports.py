"""An import of any size is taken back in a handful of statements, by the rules by which one workflow is."""

import contextlib
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, SQLModel, col

from tests.counts import count
from tests.databases import ON_SQLITE, asked
from tests.db.acting import (
    BACKLOG,
    BLOCKER,
    DONE,
    FREE,
    HELD,
    MET,
    NOW,
    OTHERS,
    RUNNING,
    lead,
    planner,
    shared_lead,
)
from tracker.commands import blockers
from tracker.commands.entry.entries import Entry, open_entry
from tracker.commands.imports import workflows as workflow_imports
from tracker.commands.imports.workflows import COMMAND
from tracker.commands.undo import entries as undo_entries
from tracker.commands.workflows import fields as workflow_fields
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move
from tracker.db.engine import transaction
from tracker.db.models import FieldChange, StateChange, Workflow, WorkflowWorkstream
from tracker.domain.errors import TrackerError
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.reading import read_table
from tracker.domain.people import Actor
from tracker.domain.states import STATES, MoveBackReason

pytestmark = ON_SQLITE

KEYS = (FREE, HELD, DONE, BACKLOG, MET, RUNNING, OTHERS)
REASON = next(iter(MoveBackReason)).value
CHOICES = Choices(owners=("Ny", "Annan"), reason=REASON)
ONE_BY_ONE = "batch_move"  # under any other name an entry is taken back workflow by workflow


@pytest.mark.timeout(600)
def test_it_is_refused_or_taken_back_as_one_by_one(programme: Engine) -> None:
    told: set[str] = set()
    actors = [lead(programme), shared_lead(programme), planner(programme), planner(programme)]
    for seed in range(count(400)):
        at_once, singly = (after(programme, random.Random(seed), actors, command) for command in (COMMAND, ONE_BY_ONE))
        assert at_once == singly, seed
        told |= {text for _, text in at_once["left"]}
    for words in (
        "is archived",
        "been moved since",
        "been written over since",
        "Only leads",
        "before a cycle was",
        "while a blocker holds",
    ):
        assert any(words in text for text in told), (words, told)


def after(engine: Engine, chance: random.Random, actors: list[Actor], command: str) -> dict[str, Any]:
    """What was answered, and what stands, when an import under that command is taken back; nothing is kept."""
    office = actors[-1]
    with Session(engine) as session:
        entry = open_entry(session, office, command, NOW)
        imported(session, entry, a_file(chance))
        for hour in range(1, chance.randrange(1, 8)):
            act(session, open_entry(session, office, "test", NOW + timedelta(hours=hour)), chance)
        rights = chance.choice(actors)
        by = Actor(office.id, office.name, rights.role, rights.workstreams)  # whose rights have changed since
        taking = open_entry(session, by, "test", NOW + timedelta(days=1))
        outcome = undo_entries.undo(session, taking, entry.id)
        session.flush()
        found = {
            "done": outcome.done,
            "unchanged": outcome.unchanged,
            "left": [(left.key, str(left.error)) for left in outcome.left],
            **{
                str(table): stored(session, table) for table in (Workflow, WorkflowWorkstream, FieldChange, StateChange)
            },
        }
        session.rollback()
    return found


def imported(session: Session, entry: Entry, text: str) -> None:
    workflow_imports.carry_out(session, entry, read_table(text.encode()), CHOICES, seen=None, without_refused=True)


def stored(session: Session, table: type[SQLModel]) -> list[str]:
    """The rows as they are in the database, whatever the order in which they were written."""
    return sorted(
        str({name: value for name, value in row._mapping.items() if (name, table) != ("id", FieldChange)})
        for row in session.connection().execute(select(table.__table__))  # type: ignore[attr-defined]
    )


def a_file(chance: random.Random) -> str:
    rows = [
        f"{key};{chance.choice(['', 'Nytt namn'])};{chance.choice(['', 'Ny', 'Annan'])};{chance.choice(['', *STATES])};"
        f"{chance.choice(['', '1'])};{chance.choice(['', 'RTG'])};{chance.choice(['', '2023-04-13', '2023-03-10'])}"
        for key in KEYS
    ]
    return "key;name;owner;state;priority;other workstreams;happened on\n" + "\n".join(rows) + "\n"


def act(session: Session, entry: Entry, chance: random.Random) -> None:
    """The office does something to one of them, if it may."""
    key, state, owner = chance.choice(KEYS), chance.choice(STATES), chance.choice(["", "Ny", "Annan"])
    version = session.scalars(select(col(Workflow.version)).where(col(Workflow.key) == key)).one()
    deeds: tuple[Callable[[], object], ...] = (
        lambda: moves.move(session, entry, key, Move(state, version, reason=REASON)),
        lambda: moves.undo(session, entry, key, version=version),
        lambda: workflow_fields.own(session, entry, key, owner),
        lambda: workflow_fields.edit(session, entry, key, {"name": "Eget namn"}, {"name": ""}),
        lambda: workflow_fields.archive(session, entry, key, version=version),
        lambda: blockers.hold(session, entry, BLOCKER, [key]),
    )
    with contextlib.suppress(TrackerError):
        chance.choice(deeds)()
    session.flush()


def test_it_asks_as_much_for_four_hundred_rows_as_for_four(programme: Engine) -> None:
    """Up to 500, and as much again for each 500 more."""
    actor = planner(programme)
    counts = []
    for hours, number in ((0, 4), (10, 400)):
        changing = "".join(
            f"LAB-{hours * 1000 + place + 1000};Nytt {place};Annan;test;RTG\n" for place in range(number)
        )
        heading = "key;name;owner;state;other workstreams\n"
        entries = []
        for hour, text in enumerate((changing.replace("Nytt", "Gammalt").replace("Annan;test", "Ny;design"), changing)):
            with transaction(programme) as session:
                entry = open_entry(session, actor, COMMAND, NOW + timedelta(hours=hours + hour))
                imported(session, entry, heading + text)
                entries.append(entry.id)
        with asked(programme) as statements, transaction(programme) as session:
            entry = open_entry(session, actor, "take_back_entry", NOW + timedelta(hours=hours + 3))
            assert len(undo_entries.undo(session, entry, entries[1]).done) == number
            counts.append(len(statements))
    print(f"Taking back 4 and 400 rows: {counts} statements")
    assert counts[0] == counts[1]
