"""The figures of shared workflows are what their definitions say, in every cell, and keep the laws of the design."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine

from tests.counts import count
from tests.properties import part_oracle
from tests.properties.plain_facts import facts_of
from tests.properties.random_cycles import RandomProgramme, random_cycles
from tests.properties.test_figures import by_total, loaded, number, summary
from tracker.domain.figures.behind import LISTS
from tracker.domain.figures.facts import Frozen
from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.ledger import LedgerRow, added_up, ledger
from tracker.domain.figures.readings import Reading, readings
from tracker.domain.figures.summaries import METHOD
from tracker.domain.figures.words import PART_FIGURES
from tracker.domain.files.figure_files import cells_text
from tracker.domain.programme.rows import Programme
from tracker.domain.signoffs.summary import PART_SUMMARY, part_summary, reported

MANY = settings(max_examples=count(1000), suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=count(300), suppress_health_check=list(HealthCheck))
A_WHILE = pytest.mark.timeout(1800)


@A_WHILE
@MANY
@given(made=random_cycles())
def test_every_cell_is_what_the_definitions_say(engine: Engine, made: RandomProgramme) -> None:
    with loaded(engine, made) as session:
        rows = summary(session, made, "part_summary")
    assert rows == part_oracle.part_summary(made.programme, made.as_of, made.zone)
    for row in rows:
        assert number(row, "parts_due") == number(row, "parts_signed") + number(row, "parts_open")
    for total, parts in by_total(rows):
        for name in [*part_oracle.COUNTS, *part_oracle.NOW]:
            assert number(total, name) == sum(number(part, name) for part in parts), name
        for each in ("days", "now"):
            assert total[f"waiting_{each}"] == total[f"waited_on_{each}"]


@A_WHILE
@MANY
@given(made=random_cycles())
def test_who_waits_on_whom_adds_up_exactly(made: RandomProgramme) -> None:
    oracles = list(part_oracle.readings(made.programme, made.as_of, made.zone))
    for (reading, known), oracle in zip(readings_of(made), oracles, strict=True):
        if reading.is_begun:
            streams = [row.code for row in known.history.workstreams]
            found, each = known.parts(reading, streams), [known.parts(reading, [code]) for code in streams]
            times = {(one.waiting, one.on, one.key): one.time for one in found.waiting if one.time}
            assert times == {triple: time for triple, time in oracle.waiting().items() if time}
            still = sorted((one.waiting, one.on, one.key) for one in found.waiting if one.is_open)
            assert still == sorted(oracle.waiting_now())
            assert Counter(found.waiting) == Counter(found.waited_on)
            for name in ("waiting", "waited_on"):
                assert Counter(getattr(found, name)) == Counter(one for part in each for one in getattr(part, name))


@A_WHILE
@SOME
@given(made=random_cycles())
def test_the_items_behind_each_figure_come_to_it(made: RandomProgramme) -> None:
    history = History(facts_of(made.programme, made.zone))
    listed: dict[tuple[object, ...], list[LedgerRow]] = {}
    for one in ledger(history, made.as_of):
        for workstream in (one.workstream, None):  # all of them stand under their workstreams
            listed.setdefault((one.cycle, one.basis, workstream, one.figure), []).append(one)
    everywhere = [stream.code for stream in history.workstreams]
    for reading, known in readings_of(made, history):
        for row in part_summary(history, made.as_of):
            if (row.cycle, row.basis) == (reading.cycle.cycle, reading.basis) and row.parts_due is not None:
                items = known.items(reading, [row.workstream] if row.workstream else everywhere)
                for figure in PART_FIGURES:
                    value, behind = getattr(row, figure), LISTS[figure](items)
                    in_ledger = listed.get((row.cycle, row.basis, row.workstream, figure), [])
                    assert value == added_up(figure, in_ledger), figure
                    assert len(in_ledger) == len(behind), figure
                    if not figure.endswith("_days"):
                        assert value == len(behind), figure


@A_WHILE
@SOME
@given(made=random_cycles())
def test_nothing_that_is_recorded_later_changes_what_a_close_froze(engine: Engine, made: RandomProgramme) -> None:
    with loaded(engine, made) as session:
        finally_ = summary(session, replace(made, as_of=made.as_of.replace(year=2100)), "part_summary")
    for closed_at in {row["as_of"] for row in finally_ if row["basis"] == "as_reported"}:
        at = datetime.fromisoformat(closed_at)
        by_the_close = part_oracle.part_summary(recorded_by(made.programme, at), at, made.zone)
        reported = [row for row in finally_ if row["as_of"] == closed_at and row["basis"] == "as_reported"]
        assert reported == [row for row in by_the_close if row["as_of"] == closed_at and row in reported]
        assert len(reported) == len(made.programme.workstreams) + 1


@A_WHILE
@SOME
@given(made=random_cycles())
def test_frozen_rows_read_as_they_were_and_of_workstreams_that_came_later_as_computed(made: RandomProgramme) -> None:
    facts = facts_of(made.programme, made.zone)
    frozen = {
        (row.cycle, row.workstream or ""): Frozen(cells_text(row), METHOD)
        for row in reported(History(facts))
        if row.workstream != "S2"
    }
    computed, read = History(facts), History(replace(facts, frozen={PART_SUMMARY: frozen}))
    assert list(part_summary(read, made.as_of)) == list(part_summary(computed, made.as_of))


@A_WHILE
@SOME
@given(made=random_cycles())
def test_no_answer_hangs_on_what_was_asked_before(made: RandomProgramme) -> None:
    """Of a cycle as far as it had come on its first day or of all of it, in either reading, of any workstreams."""
    history = History(facts_of(made.programme, made.zone))
    whole = [each for each in readings(history.cycles, made.as_of, history.zone) if each.is_begun]
    asked = [part for each in whole for part in (each.through(each.cycle.starts_on), each)]
    streams = [row.code for row in history.workstreams]

    def answers(asked: list[Reading], shared: History | None) -> list[object]:
        return [
            Knowledge(shared or History(facts_of(made.programme, made.zone)), each.as_of).parts(each, codes)
            for each in asked
            for codes in (streams[:1], streams)
        ]

    assert answers(asked, history) == answers(asked, None)
    assert answers(asked[::-1], history) == answers(asked[::-1], None)


def readings_of(made: RandomProgramme, history: History | None = None) -> Iterator[tuple[Reading, Knowledge]]:
    """Each reading with what was known then."""
    history = history or History(facts_of(made.programme, made.zone))
    for reading in readings(history.cycles, made.as_of, history.zone):
        yield reading, Knowledge(history, reading.as_of)


def recorded_by(programme: Programme, moment: datetime) -> Programme:
    """The programme as if nothing had come after the instant."""
    return replace(
        programme,
        changes=[row for row in programme.changes if row.recorded_at <= moment],
        parts=[row for row in programme.parts if row.recorded_at <= moment],
        workflows=[
            replace(row, archived_at=row.archived_at if row.archived_at and row.archived_at <= moment else None)
            for row in programme.workflows
        ],
    )
