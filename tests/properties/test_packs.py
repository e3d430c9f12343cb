"""A pack ties out whatever the history: in either dialect, as CSV text; and whatever is changed in it is found."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.counts import count
from tests.properties.random_cycles import RandomProgramme, random_cycles
from tests.properties.test_items_behind import history_of
from tracker.domain.cells import Dialect
from tracker.domain.figures.behind import BY_AMOUNT
from tracker.domain.figures.ledger import OF_BLOCKERS, OF_WORKFLOWS, LedgerRow, ledger
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.summaries import Summary, cycle_summary, workstream_summary
from tracker.domain.figures.words import FIGURES, PART_FIGURES, Adds
from tracker.domain.files import packs as domain
from tracker.domain.files.figure_files import CYCLE_SUMMARY, ITEMS, PART_SUMMARY, WORKSTREAM_SUMMARY
from tracker.domain.programme.files import BLOCKERS
from tracker.domain.signoffs.summary import PartSummary, part_summary
from tracker.domain.states import Goal
from tracker.exports import definitions, packs
from tracker.exports.packs import Pack, PackTable

SOME = settings(max_examples=count(300), suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=count(100), suppress_health_check=list(HealthCheck))
OTHERS = (*(name for name, each in FIGURES.items() if each.adds is Adds.DAYS), "tested_previous", *PART_FIGURES)
LOST = {"designed", "met", "blockers_opened", "parts_signed", "waiting_now", "lapsed"}
GOALS = {f"{name}_{goal.value}" for name in ("committed", "met") for goal in Goal}
WAYS_OUT = ("carried_out", "returned", "dropped")
MORE_THAN_ONCE = (*WAYS_OUT, "waiting_now", "waited_on_now")
COUNTED = [name for name in (*OF_WORKFLOWS, *OF_BLOCKERS) if name not in OTHERS]


def tables(made: RandomProgramme) -> list[PackTable]:
    """The pack of all cycles, straight from the rows of the programme."""
    history = history_of(made)
    return [
        ("cycle_summary", CYCLE_SUMMARY, cycle_summary(history, made.as_of)),
        ("workstream_summary", WORKSTREAM_SUMMARY, workstream_summary(history, made.as_of)),
        ("items", ITEMS, list(ledger(history, made.as_of))),
        ("part_summary", PART_SUMMARY, list(part_summary(history, made.as_of))),
        ("blockers", BLOCKERS.columns, made.programme.blockers),
        ("definitions", definitions.ROWS.columns, list(definitions.rows())),
    ]


def zipped(found: list[PackTable], dialect: Dialect = Dialect.CSV) -> io.BytesIO:
    target = io.BytesIO()
    packs.write_zip(found, Pack("", ZoneInfo("UTC"), datetime(2023, 4, 14, tzinfo=UTC), None, dialect), target)
    target.seek(0)
    return target


@SOME
@given(made=random_cycles(), dialect=st.sampled_from(Dialect))
def test_items_come_to_the_summaries(made: RandomProgramme, dialect: Dialect) -> None:
    assert packs.findings(zipped(tables(made), dialect)) == []


@FEW
@given(made=random_cycles())
def test_a_part_of_the_ledger_is_the_same_as_in_the_whole(made: RandomProgramme) -> None:
    history = history_of(made)
    whole = list(ledger(history, made.as_of))
    for number in {row.cycle for row in history.cycles}:
        for basis in Basis:
            part = [row for row in whole if (row.cycle, row.basis) == (number, basis)]
            assert list(ledger(history, made.as_of, cycle=number, basis=basis)) == part


@FEW
@given(made=random_cycles(), data=st.data())
def test_a_changed_figure_is_named_and_so_is_a_lost_item(made: RandomProgramme, data: st.DataObject) -> None:
    cycles, streams, items, parts = (list(rows) for _, _, rows in tables(made)[:4])

    def found() -> list[str]:
        blockers = {str(row.id) for row in made.programme.blockers}
        every = domain.findings(cycles, streams, items, parts, blockers=blockers, defined=[*COUNTED, *OTHERS])
        return [each.text for each in every if each.is_difference]

    filled = [
        (rows, place, name)
        for rows, names in ((streams, COUNTED), (parts, PART_FIGURES))
        for place, row in enumerate(rows)
        for name in names
        if getattr(row, name) is not None
    ]
    if filled:
        rows, place, name = data.draw(st.sampled_from(filled))
        row: Summary | PartSummary = rows[place]
        rows[place] = replace(row, **{name: getattr(row, name) + 1})
        assert any(
            f"cycle {row.cycle}, {row.basis.value}, {row.workstream or 'TOTAL'}: {name} is" in line for line in found()
        )
        rows[place] = row
    counted = [place for place, each in enumerate(items) if each.figure in LOST]
    if counted:
        lost: LedgerRow = items.pop(data.draw(st.sampled_from(counted)))
        assert any(f"{lost.figure} is" in line for line in found())


@FEW
@given(made=random_cycles(), chosen=st.integers(0, 100_000), way=st.integers(0, 100_000))
def test_an_item_that_stands_elsewhere_or_twice_is_named(made: RandomProgramme, chosen: int, way: int) -> None:
    """Even where the counts still come out."""
    cycles, streams, items, parts = (list(rows) for _, _, rows in tables(made)[:4])
    by_amount = (*OF_BLOCKERS, *BY_AMOUNT)  # one may change nothing
    filled = [place for place, each in enumerate(items) if each.figure not in by_amount]
    if not filled:
        return
    place = filled[chosen % len(filled)]
    row: LedgerRow = items[place]
    changes = [[replace(row, cycle=row.cycle + 1)]]
    if row.figure not in MORE_THAN_ONCE:  # a bulk load may bring it: a workflow that left the cycle twice
        changes.append([row, row])
    if row.figure in GOALS:
        changes.append([replace(row, goal=next(goal for goal in Goal if goal is not row.goal))])
    others = [items[other] for other in filled if items[other].item != row.item and _same(items[other], row)]
    changes += [[other] for other in others[:1] if row.figure not in MORE_THAN_ONCE]
    items[place : place + 1] = changes[way % len(changes)]
    blockers = {str(each.id) for each in made.programme.blockers}
    found = domain.findings(cycles, streams, items, parts, blockers=blockers, defined=[*COUNTED, *OTHERS])
    assert any(each.is_difference and f"cycle {row.cycle}, {row.basis.value}" in each.text for each in found)


def _same(one: LedgerRow, other: LedgerRow) -> bool:
    return (one.cycle, one.basis, one.workstream, one.figure) == (
        other.cycle,
        other.basis,
        other.workstream,
        other.figure,
    )


def test_what_is_in_no_summary_or_named_nowhere_is_told() -> None:
    row = LedgerRow(9, Basis.AS_NOW, None, "blockers_open", "7", amount=None)
    assert [each.text for each in domain.findings([], [], [row], blockers=(), defined=())] == [
        "items.csv, cycle 9, as_now, TOTAL: has items, and no row in workstream_summary.csv",
        "items.csv: blocker 7 is not in blockers.csv",
        "definitions.csv: blockers_open is not defined",
    ]


@pytest.mark.parametrize("dialect", Dialect)
def test_the_pack_explains_itself_in_both_languages(dialect: Dialect) -> None:
    table = ("definitions", definitions.ROWS.columns, list(definitions.rows()))
    with zipfile.ZipFile(zipped([table], dialect)) as archive:
        about, defined = (archive.read(name).decode() for name in (packs.README, "definitions.csv"))
    assert "Planeringsveckans paket" in about
    assert "Planning-week pack" in about
    assert max(map(len, about.splitlines())) <= 80
    assert "%(" not in about + defined
    assert "tested,Tested," in defined or "tested;Tested;" in defined
    assert all(each.label_sv and each.definition_sv != each.definition for each in definitions.rows())
