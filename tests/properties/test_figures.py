"""The figures are what their definitions say, in every cell, and keep the laws of the design."""

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine
from sqlmodel import Session

from tests.builders import exported
from tests.counts import count
from tests.databases import ON_SQLITE
from tests.properties import figures_oracle
from tests.properties.random_cycles import RandomProgramme, random_cycles
from tracker.commands.programme import seed
from tracker.db.engine import reading
from tracker.db.facts import facts
from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.items import CycleItems
from tracker.domain.figures.readings import Basis, Reading, readings
from tracker.domain.states import ScopeKind
from tracker.exports import files
from tracker.queries import figures
from tracker.queries.programme import check
from tracker.queries.programme import files as programme_files

MANY = settings(max_examples=count(1000), suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=count(300), suppress_health_check=list(HealthCheck))
A_WHILE = pytest.mark.timeout(1200)
Row = dict[str, str]
COUNTS = (
    "committed",
    "committed_design",
    "committed_validation",
    "committed_test",
    "added",
    "removed",
    "met",
    "met_design",
    "met_validation",
    "met_test",
    "carried_in",
    "carried_out",
    "returned",
    "dropped",
    "designed",
    "validated",
    "tested",
    "fell_back",
)


@contextlib.contextmanager
def loaded(engine: Engine, made: RandomProgramme) -> Iterator[Session]:
    seed.require_sound(made.programme)
    with reading(engine) as session:
        session.info.clear()  # it writes too: nothing that it reads may be kept for others
        seed.load(session, made.programme, time_zone=str(made.zone))
        yield session
        session.rollback()


def summary(session: Session, made: RandomProgramme, name: str = "workstream_summary") -> list[Row]:
    text = "".join(files.text(session, files.Asked(name, as_of=made.as_of), made.as_of))
    return list(csv.DictReader(io.StringIO(text, newline="")))


@A_WHILE
@MANY
@given(made=random_cycles())
def test_every_cell_is_what_the_definitions_say(engine: Engine, made: RandomProgramme) -> None:
    with loaded(engine, made) as session:
        rows, files = summary(session, made), exported(session)
        total = [without_place(row) for row in rows if row["workstream"] == "TOTAL"]
        assert summary(session, made, "cycle_summary") == total
    assert rows == figures_oracle.workstream_summary(files, made.as_of, made.zone)


@A_WHILE
@SOME
@given(made=random_cycles())
def test_the_laws_hold(engine: Engine, made: RandomProgramme) -> None:
    with loaded(engine, made) as session:
        rows = summary(session, made)
    for row in rows:
        if row["committed"] and row["carried_out"] and row["basis"] == "as_reported":
            final = number(row, "committed") + number(row, "added") - number(row, "removed")
            assert final == sum(number(row, name) for name in ("met", "carried_out", "returned", "dropped"))
    for total, parts in by_total(rows):
        for name in COUNTS:
            assert number(total, name) == sum(number(part, name) for part in parts), name
        assert number(total, "blockers_open") <= sum(number(part, "blockers_open") for part in parts)
        for name in ("blocked_days", "blocked_days_begun"):
            assert abs(number(total, name) - sum(number(part, name) for part in parts)) <= Decimal("0.2")
        assert number(total, "blocked_days_begun") <= number(total, "blocked_days")
    for earlier, row in neighbours(rows):
        opened, resolved = number(row, "blockers_opened"), number(row, "blockers_resolved")
        assert number(earlier, "blockers_open") + opened - resolved == number(row, "blockers_open")


@A_WHILE
@SOME
@given(made=random_cycles())
def test_what_was_reported_never_changes_and_is_kept(engine: Engine, made: RandomProgramme) -> None:
    """It is the same from all that is recorded later as from what was recorded by the close alone."""
    with loaded(engine, made) as session:
        assert [finding.text for finding in check.findings(session) if finding.is_difference] == []
        finally_ = summary(session, replace(made, as_of=made.as_of.replace(year=2104)))
        closes = {row["as_of"] for row in finally_ if row["basis"] == "as_reported"}
        for closed_at in sorted(closes):
            then = replace(made, as_of=datetime.fromisoformat(closed_at))
            reported = [row for row in finally_ if row["as_of"] == closed_at and row["basis"] == "as_reported"]
            by_the_close = figures_oracle.workstream_summary(exported(session, then.as_of), then.as_of, made.zone)
            assert reported == [row for row in summary(session, then) if row in reported]
            assert reported == [row for row in by_the_close if row in reported]


@A_WHILE
@SOME
@ON_SQLITE
@given(made=random_cycles())
def test_no_answer_hangs_on_what_was_asked_before(engine: Engine, made: RandomProgramme) -> None:
    """Of a cycle as far as it had come on a day, of all of it, in either reading and for any workstream."""

    with loaded(engine, made) as session:
        found = facts(session)
        assert found is not None
        found = replace(
            found,
            changes=list(found.changes),
            scope=list(found.scope),
            holds=list(found.holds),
            parts=list(found.parts),
        )

    def answers(asked: list[Reading], *, share: bool) -> list[CycleItems]:
        history = History(found)
        choices: tuple[list[str], ...] = ([], everywhere[:1], everywhere)
        return [
            Knowledge(history if share else History(found), each.as_of).items(each, workstreams)
            for each in asked
            for workstreams in choices
        ]

    everywhere = [row.code for row in found.workstreams]
    whole = [each for each in readings(found.cycles, made.as_of, found.zone) if each.is_begun]
    asked = [part for each in whole for part in (each.through(each.cycle.starts_on), each)]
    assert answers(asked, share=True) == answers(asked, share=False)
    assert answers(asked[::-1], share=True) == answers(asked[::-1], share=False)


@A_WHILE
@SOME
@given(made=random_cycles())
def test_carry_counts_are_the_chain_of_carried_rows(engine: Engine, made: RandomProgramme) -> None:
    with loaded(engine, made) as session:
        history = figures.history(session)
        assert history is not None
        everywhere = [row.code for row in history.workstreams]
        last = made.as_of.replace(year=2104)
        joined = {row.code: row.first_cycle for row in history.workstreams}
        known = Knowledge(history, last)
        readings_now = [each for each in readings(history.cycles, last, history.zone) if each.basis is Basis.AS_NOW]
        carried_in = Counter(key for each in readings_now for key in known.items(each, everywhere).workflows.carried_in)
        carried_out = Counter(
            key for each in readings_now for key in known.items(each, everywhere).workflows.carried_out
        )
        chain = Counter(
            row.workflow
            for row in made.programme.scope
            if row.kind is ScopeKind.CARRIED and (row.from_cycle or 0) >= joined[row.workflow.split("-")[0]]
        )
        assert carried_out == chain
        times = {row.key: row.times_carried or 0 for row in programme_files.rows(session, "workflows")}
    assert all(carried_in[key] <= times[key] for key in carried_in)


def number(row: Row, name: str) -> Decimal:
    """Empty adds nothing."""
    return Decimal(row[name] or 0)


def without_place(row: Row) -> Row:
    return {name: cell for name, cell in row.items() if name not in {"project", "workstream"}}


def by_total(rows: list[Row]) -> Iterator[tuple[Row, list[Row]]]:
    """Each TOTAL with the rows of the workstreams before it."""
    parts: list[Row] = []
    for row in rows:
        if row["workstream"] == "TOTAL":
            yield row, parts
            parts = []
        else:
            parts.append(row)


def neighbours(rows: list[Row]) -> Iterator[tuple[Row, Row]]:
    """As now, each workstream's row of a cycle that begins where the one before it ended, with that one's."""
    places = {(row["workstream"], int(row["cycle"])): row for row in rows if row["basis"] == "as_now"}
    for (workstream, cycle), row in places.items():
        earlier = places.get((workstream, cycle - 1))
        if earlier is not None and workstream != "TOTAL" and row["tested"] and earlier["tested"]:
            day_after = date.fromisoformat(earlier["ends_on"]) + timedelta(days=1)
            if day_after == date.fromisoformat(row["starts_on"]):
                yield earlier, row
