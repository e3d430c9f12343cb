"""The rows of the table of blockers on both databases, against an oracle that walks the plain rows of the files."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from tests.builders import LEAD, Flow, a_blocker, a_programme, day, load
from tests.databases import Databases, demo
from tracker.db.engine import reading
from tracker.domain.calendar import local_date
from tracker.domain.errors import NotFoundError
from tracker.domain.programme.rows import Programme
from tracker.domain.states import BlockerCategory, HoldEvent, State
from tracker.queries.accounts.viewer import programme as the_programme
from tracker.queries.blockers import page as pages
from tracker.queries.blockers.list import BlockerListRow, blockers
from tracker.queries.blockers.table import ALL, OPEN, RESOLVED, SORTS, Filters, similar, table
from tracker.queries.programme import files as programme_files

NOW = day(60)
ZONE = ZoneInfo("Europe/Stockholm")
DECISION = BlockerCategory.DECISION


def word(category: BlockerCategory) -> str:
    return category.value


def rows_of(engine: Engine, language: str = "sv", today: date | None = None) -> dict[int, BlockerListRow]:
    with reading(engine) as session:
        about = the_programme(session)
        assert about is not None
        found = blockers(session, language=language, today=today or local_date(NOW, about.zone), zone=about.zone)
        return {row.id: row for row in found.rows}


def oracle(programme: Programme, number: int, today: date) -> dict[str, object]:
    """What a row should say, from the rows of the files, one after the other."""
    since: dict[str, date] = {}
    opened_on, resolved_on, resolution, times = None, None, "", 0
    released_last: set[str] = set()
    in_this_opening: set[str] = set()
    for event in sorted(programme.blocker_events, key=lambda row: (row.happened_at, row.id)):
        if event.blocker != number:
            continue
        on = (event.happened_at + timedelta(hours=_offset(event.happened_at.date()))).date()
        if event.event is HoldEvent.HELD:
            if not since:
                opened_on, resolved_on, resolution, times = on, None, "", times + 1
                in_this_opening = set()
            since[event.workflow] = on
        elif since.pop(event.workflow, None) is not None:
            in_this_opening.add(event.workflow)
            if not since:
                resolved_on, resolution, released_last = on, event.note, in_this_opening
    held = set(since) or released_last
    streams = {
        code for row in programme.workflows if row.key in held for code in (row.workstream, *row.other_workstreams)
    }
    return {
        "workflows": tuple(sorted(held)),
        "workstreams": tuple(sorted(streams)),
        "opened_on": opened_on,
        "resolved_on": resolved_on,
        "resolution": resolution,
        "days": ((resolved_on or today) - opened_on).days if opened_on else 0,
        "workflow_days": sum((today - on).days for on in since.values()),
        "times_reopened": max(times - 1, 0),
        "is_open": bool(since),
    }


def _offset(on: date) -> int:
    """Hours that Stockholm is ahead in the years of these tests."""
    summer = {2022: (date(2022, 3, 27), date(2022, 10, 30)), 2023: (date(2023, 3, 26), date(2023, 10, 29))}
    first, last = summer[on.year]
    return 2 if first <= on < last else 1


def test_a_row_tells_of_the_latest_opening(engine: Engine) -> None:
    load(
        engine,
        a_programme(
            Flow("LAB-001", workstream="LAB", others=("LKM",)).held(1, day(2)).released(1, day(5)).held(1, day(40)),
            Flow("LAB-002", workstream="LAB").held(1, day(3)).released(1, day(9), note="Löst så här"),
            Flow("RTG-001", workstream="RTG").held(1, day(50, 23)).held(2, day(1)).released(2, day(1.5), note="Klart"),
            blockers=[
                a_blocker(
                    1,
                    "Svar saknas",
                    title_en="No answer",
                    category=DECISION,
                    decider="Styrgruppen",
                    decide_by=local_date(day(55), ZONE),  # type: ignore[arg-type]
                ),
                a_blocker(2, "Skrivare"),
                a_blocker(3, "Aldrig hållit"),
            ],
        ),
    )
    rows = rows_of(engine, "en")
    assert (rows[1].title, rows[1].other_title) == ("No answer", "Svar saknas")
    assert (rows[1].opened_on, rows[1].days) == (local_date(day(40), ZONE), 20)
    assert rows[1].workflows == ("LAB-001", "RTG-001")
    assert rows[1].workstreams == ("LAB", "LKM", "RTG")
    # 23:00 UTC is midnight in Stockholm: the next day. 20 days of the one, 9 of the other.
    assert rows[1].workflow_days == 20 + 9
    assert (rows[1].times_reopened, rows[1].days_overdue, rows[1].is_overdue) == (1, 5, True)
    assert (rows[2].is_open, rows[2].resolution, rows[2].days, rows[2].workflow_days) == (False, "Klart", 0, 0)
    assert (rows[3].is_open, rows[3].opened_on, rows[3].workflows) == (False, None, ())


def test_the_rows_of_the_sample_programme_are_those_of_a_walk_through_its_files(databases: Databases) -> None:
    engine, today = databases.restored(demo), date(2023, 4, 14)
    with reading(engine) as session:
        programme = programme_files.programme(session)
    rows = rows_of(engine, today=today)
    assert len(rows) == len(programme.blockers)
    for number, row in rows.items():
        expected = oracle(programme, number, today)
        assert {name: getattr(row, name) for name in expected} == expected, number
    print(f"{len(rows)} blockers with {len(programme.blocker_events)} events: every row as the walk says")


def many(today: date) -> list[BlockerListRow]:
    """Rows of every kind: open, resolved, overdue, with and without owners."""
    return [
        BlockerListRow(
            id=n,
            title=f"{'åäözab'[n % 6]} hinder {n}",
            other_title="",
            category=list(BlockerCategory)[n % 9],
            owner=("", "Farmaceut", "Ärendeledare")[n % 3],
            mitigation="Åtgärd" if n % 2 else "",
            decider="",
            decide_by=today + timedelta(days=n % 7 - 3) if n % 4 == 0 else None,
            workflows=tuple(f"LAB-{k:03}" for k in range(n % 4 + 1)),
            workstreams=("LAB", "LKM")[: n % 2 + 1],
            opened_on=today - timedelta(days=n % 11 + 1),
            resolved_on=today if n % 5 == 0 else None,
            resolution="",
            days=n % 11 + 1,
            workflow_days=0 if n % 5 == 0 else n % 13,
            times_reopened=0,
            days_overdue=max(3 - n % 7, 0) if n % 4 == 0 and n % 5 else 0,
        )
        for n in range(1, 200)
    ]


ROWS = many(date(2023, 4, 14))


def test_open_ones_overdue_first_then_the_oldest() -> None:
    shown = table(ROWS, Filters(), word).rows
    assert {row.id for row in shown} == {row.id for row in ROWS if row.is_open}
    overdue = [row.days_overdue for row in shown]
    assert overdue == sorted(overdue, reverse=True)
    rest = [row.days for row in shown if not row.is_overdue]
    assert rest == sorted(rest, reverse=True)


@pytest.mark.parametrize("state", [OPEN, RESOLVED, ALL])
@pytest.mark.parametrize("streams", [(), ("LKM",), ("LKM", "LAB")])
@pytest.mark.parametrize("categories", [(), ("vendor", "decision")])
@pytest.mark.parametrize("owners", [(), ("Farmaceut",)])
@pytest.mark.parametrize("overdue", [False, True])
@pytest.mark.parametrize("q", ["", "HINDER 1", "lab-003"])
def test_filters_keep_what_each_of_them_would_keep(
    state: str, streams: tuple[str, ...], categories: tuple[str, ...], owners: tuple[str, ...], overdue: bool, q: str
) -> None:
    filters = Filters(state, streams, categories, owners, overdue=overdue, q=q)
    shown = {row.id for row in table(ROWS, filters, word).rows}
    expected = set()
    for row in ROWS:
        keep = {OPEN: row.is_open, RESOLVED: not row.is_open, ALL: True}[state]
        keep = keep and (not streams or any(code in streams for code in row.workstreams))
        keep = keep and (not categories or row.category.value in categories) and (not owners or row.owner in owners)
        keep = keep and (not overdue or row.days_overdue > 0)
        if q == "HINDER 1":
            keep = keep and "hinder" in row.title and any("1" in text for text in (row.title, *row.workflows))
        elif q:
            keep = keep and "LAB-003" in row.workflows
        if keep:
            expected.add(row.id)
    assert shown == expected


@pytest.mark.parametrize("name", SORTS)
def test_sorting_either_way_keeps_all_and_turns_the_order_round(name: str) -> None:
    there = table(ROWS, Filters(ALL, sort=name), word).rows
    back = table(ROWS, Filters(ALL, sort=f"-{name}"), word).rows
    assert {row.id for row in there} == {row.id for row in back} == {row.id for row in ROWS}

    def value(row: BlockerListRow) -> object:
        return word(row.category) if name == "category" else SORTS[name](row)

    valued = [value(row) for row in there if value(row) is not None]
    assert valued == sorted(valued)  # type: ignore[type-var]
    assert [value(row) for row in back if value(row) is not None] == valued[::-1]
    without = [row for row in there if value(row) is None]
    assert there[len(valued) :] == without
    assert back[len(valued) :] == without


def test_swedish_titles_sort_as_swedes_do() -> None:
    titles = [row.title[0] for row in table(ROWS, Filters(ALL, sort="title"), word).rows]
    assert list(dict.fromkeys(titles)) == ["a", "b", "z", "å", "ä", "ö"]


def test_sums_are_of_the_open_ones_whatever_state_is_shown() -> None:
    here = [row for row in ROWS if row.is_open]
    for state in (OPEN, RESOLVED, ALL):
        sums = table(ROWS, Filters(state), word).sums
        assert (sums.open, sums.overdue) == (len(here), sum(row.days_overdue > 0 for row in here))
        assert sums.oldest is not None
        assert sums.oldest.days == max(row.days for row in here)
        assert set(sums.workflows) == {key for row in here for key in row.workflows}
        assert sums.workflow_days == sum(row.workflow_days for row in here)


def test_alike_are_open_blockers_with_words_or_workstreams_in_common() -> None:
    found = similar(ROWS, "Hinder", ("LKM",), ())
    assert len(found) == 3
    assert all(row.is_open and "LKM" in row.workstreams for row in found)
    assert similar(ROWS, "något annat", (), ()) == []
    held = ROWS[0].workflows
    assert all(not {*held} <= {*row.workflows} for row in similar(ROWS, "hinder", ("LAB",), held))


def test_a_page_tells_what_is_held_from_when_by_whom_and_all_that_happened(engine: Engine) -> None:
    load(
        engine,
        a_programme(
            Flow("LAB-001", "Svara", "Answer", "LAB", ("LKM",))
            .to(State.DESIGN, day(1))
            .held(1, day(2), note="Börjar")
            .released(1, day(5), recorded_at=day(7), note="Löst")
            .held(1, day(40)),
            Flow("LAB-002", workstream="LAB").held(1, day(3)).released(1, day(9), note="Klart"),
            blockers=[a_blocker(1)],
        ),
    )
    with reading(engine) as session:
        shown = pages.page(session, 1, language="en", now=NOW, zone=ZONE)
    assert [(held.key, held.name, held.state, held.days, held.held_by) for held in shown.holds] == [
        ("LAB-001", "Answer", State.DESIGN, 20, LEAD)
    ]
    assert [(held.key, held.days, held.released_by) for held in shown.held] == [
        ("LAB-002", 6, LEAD),
        ("LAB-001", 3, LEAD),
    ]
    assert shown.workstreams == ("LAB", "LKM")
    assert [(item.kind, item.keys, item.is_again, item.is_late) for item in shown.history] == [
        ("opened", ("LAB-001",), True, False),
        ("resolved", ("LAB-002",), False, False),
        ("released", ("LAB-001",), False, True),
        ("held", ("LAB-002",), False, False),
        ("opened", ("LAB-001",), False, False),
    ]


@pytest.mark.parametrize("number", [0, 99, 2**31, 2**70])
def test_a_blocker_that_is_not_there_is_not_found(engine: Engine, number: int) -> None:
    load(engine, a_programme())
    with reading(engine) as session, pytest.raises(NotFoundError):
        pages.page(session, number, language="sv", now=NOW, zone=ZONE)


def test_keys_are_found_whatever_their_case(engine: Engine) -> None:
    load(engine, a_programme())
    with reading(engine) as session:
        assert pages.as_kept(session, ["lab-001", "LKM-002", "nej-1"]) == ["LAB-001", "LKM-002", "nej-1"]
        assert pages.workstreams_of(session, ["LAB-001", "RTG-001"]) == ("LAB", "LKM", "RTG")
