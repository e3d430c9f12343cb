"""The lists behind the figures add up to them, and what makes two readings differ is named with its cause."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Engine

from tests.counts import count
from tests.properties.plain_facts import facts_of
from tests.properties.random_cycles import RandomProgramme, random_cycles
from tests.properties.test_figures import loaded
from tracker.domain.figures.behind import BY_AMOUNT, LISTS, PREVIOUS, Behind
from tracker.domain.figures.history import History, Knowledge
from tracker.domain.figures.lead_times import LEAST_SAMPLE
from tracker.domain.figures.one_cycle import MEMBERS, OPENED, OneCycle
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.rounding import half_up, nearest_rank
from tracker.domain.figures.summaries import Choice, Summary, days, workstream_summary
from tracker.domain.figures.timelines import DONE
from tracker.domain.figures.words import PART_FIGURES, WORDS, Adds
from tracker.domain.signoffs.summary import part_summary
from tracker.queries.cycles import page as pages
from tracker.queries.cycles import page_parts as cycle_parts

MANY = settings(max_examples=count(300), suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=count(100), suppress_health_check=list(HealthCheck))
A_WHILE = pytest.mark.timeout(1200)
PERCENT = {"lead_time_p50_days": 50, "lead_time_p85_days": 85, "median_blocker_age_days": 50}
OF_BLOCKERS = {"blockers_opened", "blockers_resolved", "blockers_open", "median_blocker_age_days"}


@A_WHILE
@MANY
@given(made=random_cycles())
def test_every_list_adds_up_to_its_figure(made: RandomProgramme) -> None:
    history = history_of(made)
    rows = {(row.cycle, row.basis, row.workstream): row for row in workstream_summary(history, made.as_of)}
    parts = {(row.cycle, row.basis, row.workstream): row for row in part_summary(history, made.as_of)}
    for cycle, basis, choice in places(history, made):
        place = cycle.number, basis, choice.workstream
        row = rows[place]
        assert cycle.row(choice, basis) == row
        for figure in (*LISTS, PREVIOUS):
            value = getattr(parts[place] if figure in PART_FIGURES else row, figure)
            assert cycle.value(figure, choice, basis) == value
            listed = cycle.behind(figure, choice, basis)
            assert value is None or added_up(figure, listed) == value, figure
            assert value is not None or not listed or is_too_few(figure, listed), figure
        assert members_add_up(cycle, row, choice, basis)


@A_WHILE
@SOME
@given(made=random_cycles())
def test_putting_finished_work_away_changes_no_figure(made: RandomProgramme) -> None:
    there, later = history_of(made), made.as_of + timedelta(days=400)
    known = Knowledge(there, made.as_of)
    done = {
        each.key
        for row in there.workstreams
        for each in there.workflows(row.code)
        if known.workflow(each).timeline.at(made.as_of) == DONE
    }
    rows = [replace(row, archived_at=made.as_of) if row.key in done else row for row in made.programme.workflows]
    away = history_of(replace(made, programme=replace(made.programme, workflows=rows)))
    assert workstream_summary(away, made.as_of) == workstream_summary(there, made.as_of)
    recorded = [row.recorded_at for row in made.programme.changes]
    if max(recorded) <= made.as_of:  # nothing moved it again
        assert workstream_summary(away, later) == workstream_summary(there, later)


@A_WHILE
@MANY
@given(made=random_cycles())
def test_the_lists_of_workstreams_join_to_those_of_the_programme(made: RandomProgramme) -> None:
    history = history_of(made)
    for cycle, basis, choice in places(history, made):
        if choice.workstream is None:
            for figure in set(OPENED) - OF_BLOCKERS:
                parts = [each for part in cycle.workstreams.values() for each in cycle.behind(figure, part, basis)]
                assert Counter(parts) == Counter(cycle.behind(figure, choice, basis)), figure


@A_WHILE
@MANY
@given(made=random_cycles())
def test_the_differences_lead_from_one_reading_to_the_other(made: RandomProgramme) -> None:
    for cycle, basis, choice in places(history_of(made), made):
        if basis is Basis.AS_REPORTED:
            changes = Counter[str]()
            for each in cycle.differences(choice):
                changes[each.figure] += each.change
            for figure in figures_reported(cycle, choice):
                reported, now = cycle.behind(figure, choice, Basis.AS_REPORTED), cycle.behind(figure, choice)
                assert len(now) - len(reported) == changes[figure], figure


@A_WHILE
@SOME
@given(made=random_cycles())
def test_every_item_that_is_counted_otherwise_now_has_a_row_that_came_later(
    engine: Engine, made: RandomProgramme
) -> None:
    with loaded(engine, made) as session:
        for row in made.programme.cycles:
            read = pages.sources(session, row.cycle, now=made.as_of, language="sv")
            for choice in (read.cycle.programme, *read.cycle.workstreams.values()):
                found = cycle_parts.differences(read, choice)
                counted = [each for each in found.items if any(one.figure not in BY_AMOUNT for one in each.effects)]
                assert all(each.causes for each in counted)
                assert all(one.figure in BY_AMOUNT for each in found.went_on for one in each.effects)


def history_of(made: RandomProgramme) -> History:
    """The facts straight from the rows of the files."""
    return History(facts_of(made.programme, made.zone))


def places(history: History, made: RandomProgramme) -> Iterator[tuple[OneCycle, Basis, Choice]]:
    """Every cycle in each reading for each workstream, then all together."""
    for row in history.cycles:
        cycle = OneCycle(history, row.cycle, made.as_of)
        for basis in cycle.readings:
            for choice in (*cycle.workstreams.values(), cycle.programme):
                yield cycle, basis, choice


def added_up(figure: str, listed: list[Behind]) -> int | Decimal | None:
    """What the listed items come to."""
    if WORDS[figure].adds is Adds.DAYS:
        return half_up(days(each.amount for each in listed if isinstance(each.amount, timedelta)), 1)
    if figure in PERCENT:
        return nearest_rank((each.amount for each in listed if isinstance(each.amount, int)), PERCENT[figure])
    return len(listed)


def is_too_few(figure: str, listed: list[Behind]) -> bool:
    """Whether the figure is empty because it says nothing of so few."""
    return figure.startswith("lead_time") and len(listed) < LEAST_SAMPLE


def figures_reported(cycle: OneCycle, choice: Choice) -> list[str]:
    """Those that were not empty for want of anything to count."""
    row = cycle.row(choice, Basis.AS_REPORTED)
    if row.designed is None:
        return []
    return [*LISTS, PREVIOUS] if row.tested_previous is not None else list(LISTS)


def members_add_up(cycle: OneCycle, row: Summary, choice: Choice, basis: Basis) -> bool:
    """Who is in the cycle: who was committed, and came, and did not go; each with one goal."""
    listed = {figure: len(cycle.behind(figure, choice, basis)) for figure in MEMBERS}
    whole = listed.pop("members")
    if row.committed is None or row.added is None or row.removed is None:
        return whole == sum(listed.values())
    return whole == sum(listed.values()) == row.committed + row.added - row.removed
