"""Two write to the parts of a workflow at the same instant, or one does while the other moves it."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from tests.counts import count
from tests.databases import Databases
from tests.db.acting import findings, lead, planner, shared_lead, stands
from tests.db.signoffs.acts import (
    JOINED,
    LEFT,
    OLD,
    SHARED,
    SIGNED,
    VALIDATION,
    WITHDRAWN,
    all_signed,
    part_rows,
    prepared,
    said,
    stand,
)
from tests.faults.pairs import Command, both, do
from tracker.commands import signoffs
from tracker.commands.signoffs import PartWish
from tracker.commands.workflows import moves
from tracker.commands.workflows.moves import Move, StaleError
from tracker.commands.workflows.parts import WithoutPartsError
from tracker.domain.errors import ConflictError
from tracker.domain.people import Actor
from tracker.domain.states import PartEventKind, State

PAIRS = 500


@pytest.fixture
def programme(databases: Databases) -> Engine:
    return databases.restored(prepared)


@pytest.mark.timeout(900)
def test_of_two_who_sign_and_withdraw_a_part_each_is_done_or_finds_it_so(programme: Engine) -> None:
    sign, withdraw = _write(SIGNED), _write(WITHDRAWN)
    people = shared_lead(programme), planner(programme)

    def pair(turn: int, run: Callable[[Command, Command], list[object]]) -> str:
        before = len(said(programme))
        results = run(sign, sign if turn % 2 else withdraw)
        written, last = len(said(programme)) - before, stand(programme)
        assert sum(result is True for result in results) == written
        if turn % 2:
            assert (sorted(map(bool, results)), last) == ([False, True], SIGNED)
        else:
            assert results[0] is True
            assert last is (WITHDRAWN if results[1] else SIGNED)
        do(programme, withdraw, people[1])
        return f"{last.value}, {written} written"

    _race(programme, people, pair)


@pytest.mark.timeout(900)
def test_nothing_stays_signed_that_was_signed_while_it_moved_back(programme: Engine) -> None:
    people = shared_lead(programme), lead(programme)

    def pair(_turn: int, run: Callable[[Command, Command], list[object]]) -> str:
        before = len(said(programme))
        signed, moved = run(_write(SIGNED), _move(programme, SHARED, State.DESIGN))
        assert moved == stands_as_moved(programme, SHARED)
        assert stand(programme) is WITHDRAWN
        assert signed is True or isinstance(signed, StaleError)
        assert len(said(programme)) - before == (signed is True)
        do(programme, _move(programme, SHARED, State.VALIDATION), people[1])
        return "lapsed" if signed is True else "refused"

    _race(programme, people, pair)


@pytest.mark.timeout(900)
def test_nothing_is_done_with_the_part_of_one_that_joined_meanwhile(programme: Engine) -> None:
    people = planner(programme), lead(programme)
    do(programme, _move(programme, OLD, State.TEST), people[1])

    def pair(_turn: int, run: Callable[[Command, Command], list[object]]) -> str:
        do(programme, lambda session, entry: all_signed(session, entry, OLD, "LKM"), people[0])
        joined, moved = run(_write(JOINED, "RTG", OLD), _move(programme, OLD, State.DONE))
        if stands(programme, OLD).state is State.DONE:
            assert isinstance(joined, ConflictError)
            do(programme, _move(programme, OLD, State.TEST), people[1])
            return "done"
        assert joined is True
        assert isinstance(moved, WithoutPartsError)
        do(programme, _write(LEFT, "RTG", OLD), people[1])
        return "joined"

    _race(programme, people, pair)


def stands_as_moved(engine: Engine, key: str) -> object:
    """What a move gives that led to where the workflow stands."""
    workflow = stands(engine, key)
    return moves.Moved(workflow.state, workflow.state_since, workflow.version)


def _race(
    engine: Engine,
    people: tuple[Actor, Actor],
    pair: Callable[[int, Callable[[Command, Command], list[object]]], str],
) -> None:
    outcomes: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as together:

        def run(one: Command, other: Command) -> list[object]:
            return both(together, lambda: do(engine, one, people[0]), lambda: do(engine, other, people[1]))

        for turn in range(count(PAIRS)):
            outcomes[pair(turn, run)] += 1
    assert findings(engine) == []
    assert all(row.happened_at <= row.recorded_at for key in (SHARED, OLD) for row in part_rows(engine, key))
    print(f"{outcomes.total()} pairs, {dict(outcomes)}")


def _write(event: PartEventKind, workstream: str = "LKM", key: str = SHARED) -> Command:
    stage = VALIDATION if event.is_of_stage else None
    wish = PartWish(workstream, event, stage, State.VALIDATION)
    return lambda session, entry: signoffs.write(session, entry, key, wish)


def _move(engine: Engine, key: str, to: State) -> Command:
    wanted = Move(to, stands(engine, key).version, reason="other")
    return lambda session, entry: moves.move(session, entry, key, wanted)
