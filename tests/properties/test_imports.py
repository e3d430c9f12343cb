"""Whatever the table: exported, imported and exported again it is the same, but for what is done by more than one."""

import unicodedata
from datetime import UTC, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.counts import count, is_full
from tracker.commands.imports.facts import ImportFacts
from tracker.commands.imports.plan import Planned, plan
from tracker.commands.imports.results import RowResult
from tracker.commands.workflows.moves import Limits, When
from tracker.commands.workflows.parts import WithoutPartsError
from tracker.domain.cells import Dialect
from tracker.domain.files.csv_text import rows_text
from tracker.domain.imports.choices import Choices
from tracker.domain.imports.encodings import is_ambiguous
from tracker.domain.imports.reading import read_table
from tracker.domain.people import Actor
from tracker.domain.programme.files import WORKFLOWS
from tracker.domain.programme.rows import WorkflowRow
from tracker.domain.states import Goal, Role, State
from tracker.domain.texts import normal

AT = datetime(2023, 4, 14, 7, tzinfo=UTC)
WHEN = When(Actor(1, "Kontoret", Role.PLANNER), AT, ZoneInfo("Europe/Stockholm"), 14)
NAMES = ("key", "name", "name_en", "description", "workstream", "other_workstreams", "owner", "priority", "state")
COLUMNS = [column for column in WORKFLOWS.columns if column.name in NAMES]
LETTERS = st.one_of(
    st.sampled_from("=+-@'\"＝＋－＠;,åäöÅÄÖé👩😀#/\\ 1a"), st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])
)
# What a spreadsheet writes for a formula that failed is no text, and what is damaged already is refused.
LINES = st.text(LETTERS, max_size=25).map(normal).filter(lambda text: not text.startswith("#") and "\ufffd" not in text)
FILLED = LINES.filter(lambda text: any(unicodedata.category(each)[0] not in "CZ" for each in text))
PROSE = st.lists(LINES, max_size=3).map("\n".join).map(normal).filter(lambda text: not text.startswith("#"))
OWNERS = LINES.filter(lambda text: not text.endswith(">"))


@st.composite
def tables(draw: st.DrawFn) -> list[WorkflowRow]:
    numbers = sorted(draw(st.sets(st.integers(1, 9_999), min_size=1, max_size=6)))
    rows: list[Any] = []
    for number in numbers:
        stream = draw(st.sampled_from(["LAB", "LKM", "RTG"]))
        others = draw(st.sets(st.sampled_from(["LAB", "LKM", "RTG"]))) - {stream}
        rows.append(
            WorkflowRow(
                f"{stream}-{number:03}",
                draw(FILLED),
                draw(LINES),
                draw(PROSE),
                stream,
                tuple(sorted(others)),
                draw(OWNERS),
                draw(st.sampled_from([None, 1, 2, 3, 4])),
                AT,
                state=draw(st.sampled_from(State)),
            )
        )
    return rows


def text_of(rows: list[WorkflowRow], dialect: Dialect) -> str:
    return "".join(rows_text(COLUMNS, rows, dialect))


def lacks_parts(row: WorkflowRow) -> bool:
    return row.state is State.DONE and bool(row.other_workstreams)


def every_part(row: WorkflowRow) -> set[tuple[str, Goal]]:
    return set(product(row.other_workstreams, Goal))


def refusal(each: Planned) -> set[tuple[str, Goal]]:
    (problem,) = each.problems
    assert each.outcome is RowResult.REFUSED
    assert problem.heading in ("state", "status")
    assert isinstance(problem.error, WithoutPartsError), problem
    return set(problem.error.open_parts)


def imported(each: Planned) -> WorkflowRow:
    assert each.outcome is RowResult.CREATED, each.problems
    texts = {"name_en": "", "description": "", "owner": "", "priority": "", "other_workstreams": "", **each.texts}
    priority = int(texts["priority"]) if texts["priority"] else None
    return WorkflowRow(
        each.key,
        texts["name"],
        texts["name_en"],
        texts["description"],
        each.workstream,
        tuple(texts["other_workstreams"].split()),
        texts["owner"],
        priority,
        AT,
        state=each.to,
    )


@pytest.mark.timeout(900)
@settings(max_examples=count(10_000) if is_full() else 300, suppress_health_check=list(HealthCheck))
@given(rows=tables(), dialect=st.sampled_from(Dialect), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_export_import_export_gives_the_same(rows: list[WorkflowRow], dialect: Dialect, encoding: str) -> None:
    """A table of workflows has no parts: what is done and shared is refused for every part, and for nothing else."""
    codes = {code.casefold(): code for code in ("LAB", "LKM", "RTG")}
    known = ImportFacts(
        {}, codes, frozenset(codes.values()), frozenset(row.owner for row in rows), frozenset(), Limits(None, None), 0
    )
    text = text_of(rows, dialect)
    content = text.removeprefix("\ufeff").encode(encoding)
    assume(encoding != "utf-8" or not is_ambiguous(content))  # Ä« is also ī: without a mark it is refused
    table = read_table(content)
    planned = plan(table, Choices(), known, WHEN)
    taken = [row for row in rows if not lacks_parts(row)]
    assert text_of([imported(each) for each in planned.rows if not each.problems], dialect) == text_of(taken, dialect)
    refused = {each.key: refusal(each) for each in planned.rows if each.problems}
    assert refused == {row.key: every_part(row) for row in rows if lacks_parts(row)}
