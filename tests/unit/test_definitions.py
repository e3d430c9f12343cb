"""What the figures mean where meaning is easily lost: what was archived, promised, held, or reported by older words."""

import json
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.builders import Flow, a_cycle, a_programme, day
from tests.properties.plain_facts import facts_of
from tracker.charts.registry import CHARTS
from tracker.domain.charts.cautions import Caution, cautions
from tracker.domain.charts.sheets import SheetRow
from tracker.domain.charts.span import Span
from tracker.domain.figures.facts import Frozen, ProgrammeFacts
from tracker.domain.figures.history import History
from tracker.domain.figures.one_cycle import OneCycle
from tracker.domain.figures.readings import Basis
from tracker.domain.figures.summaries import (
    METHOD,
    Summary,
    choice_of,
    cycle_summary,
    programme,
    reported,
    workstream_summary,
)
from tracker.domain.files.figure_files import cells_text
from tracker.domain.states import CycleStatus, Goal, ScopeKind, State

NOW = day(60)
CLOSED = a_cycle(1, CycleStatus.CLOSED)
RUNNING = a_cycle(2, CycleStatus.RUNNING)
BY_STATE = ("not_started", "design", "validation", "test", "done")


def facts(*flows: Flow) -> ProgrammeFacts:
    """Cycle 1 is closed on its last Friday, day 47, and cycle 2 runs."""
    return facts_of(a_programme(*flows, cycles=[CLOSED, RUNNING]), ZoneInfo("Europe/Stockholm"))


def rows(history: History, as_of: datetime = NOW) -> dict[tuple[int, Basis, str | None], Summary]:
    return {(row.cycle, row.basis, row.workstream): row for row in workstream_summary(history, as_of)}


def chart(history: History, name: str) -> list[SheetRow]:
    span = Span(history, NOW, 1, 2)
    return list(CHARTS[name].source.rows(span, programme(history)))


def test_putting_finished_work_away_changes_no_figure_and_no_chart() -> None:
    def flow(archived_at: datetime | None) -> Flow:
        return Flow(archived_at=archived_at).in_cycle(1).to(State.DESIGN, day(2)).to(State.DONE, day(9))

    there = History(facts(flow(None)))
    for archived_at in (day(9), day(10), day(47, hour=20), day(55)):
        away = History(facts(flow(archived_at)))
        assert rows(away) == rows(there)
        for name in CHARTS:
            assert [row.values for row in chart(away, name)] == [row.values for row in chart(there, name)], name
        left_out = cautions(Span(away, NOW, 1, 2), programme(away), {})[Caution.LEFT_OUT]
        assert left_out == []


def test_what_was_put_away_before_it_was_done_has_no_state_from_then_on() -> None:
    flow = Flow(archived_at=day(20)).to(State.TEST, day(9)).to(State.DONE, day(30))  # entered though it was archived
    history = History(facts(flow))
    assert {row.tested for row in rows(history).values()} == {0}
    last = chart(history, "cumulative-flow")[-1].values
    assert [last[name] for name in BY_STATE] == [0, 0, 0, 0, 0]
    assert [each.item for each in cautions(Span(history, NOW, 1, 2), programme(history), {})[Caution.LEFT_OUT]] == [
        "LKM-001"
    ]


def test_what_a_close_drops_has_no_state_at_the_border_in_either_reading() -> None:
    assert CLOSED.closed_at is not None
    flow = Flow(archived_at=CLOSED.closed_at).in_cycle(1).to(State.VALIDATION, day(9))
    flow.scoped(1, None, None, ScopeKind.DROPPED, CLOSED.closed_at)
    found = rows(History(facts(flow)))
    for basis in Basis:
        row = found[1, basis, "LKM"]
        assert (row.designed, row.dropped, row.committed) == (0, 1, 1)


def test_a_promise_is_kept_by_the_goal_it_was_made_with() -> None:
    assert CLOSED.closed_at is not None
    raised = Flow("LKM-001").in_cycle(1, Goal.DESIGN).scoped(1, None, None, ScopeKind.REMOVED, day(20))
    raised.scoped(None, 1, Goal.TEST, ScopeKind.ADDED, day(20)).to(State.VALIDATION, day(30))
    lowered = Flow("LKM-002").in_cycle(1, Goal.TEST).scoped(1, None, None, ScopeKind.REMOVED, day(20))
    lowered.scoped(None, 1, Goal.DESIGN, ScopeKind.ADDED, day(20)).to(State.TEST, day(30))
    removed = Flow("LKM-003").in_cycle(1, Goal.DESIGN).scoped(1, None, None, ScopeKind.REMOVED, day(20))
    removed.to(State.VALIDATION, day(40))
    added = Flow("LKM-004").scoped(None, 1, Goal.DESIGN, ScopeKind.ADDED, day(20)).to(State.DONE, day(30))
    too_late = Flow("LKM-005").in_cycle(1, Goal.DESIGN).to(State.DONE, CLOSED.closed_at.replace(hour=23))
    history = History(facts(raised, lowered, removed, added, too_late))
    found = {row.values["goal"]: row for row in chart(history, "commitment") if row.values["cycle"] == 1}
    assert [found[Goal.DESIGN].values[name] for name in ("committed", "kept", "kept_percent")] == [3, 2, 67]
    assert [found[Goal.TEST].values[name] for name in ("committed", "kept", "kept_percent")] == [1, 0, 0]
    assert [each.item for each in found[Goal.DESIGN].items("kept")] == ["LKM-001", "LKM-003"]


def test_blocked_days_of_work_under_way_leave_out_those_before_it_began() -> None:
    flow = Flow().held(1, day(3)).to(State.DESIGN, day(8)).to(State.NOT_STARTED, day(10)).to(State.TEST, day(12))
    flow.released(1, day(13, hour=21))
    history = History(facts(flow))
    row = rows(history)[1, Basis.AS_NOW, "LKM"]
    assert (str(row.blocked_days), str(row.blocked_days_begun)) == ("10.5", "3.5")
    cycle = OneCycle(history, 1, NOW)
    (whole_time,), (begun,) = (cycle.behind(name, cycle.programme) for name in ("blocked_days", "blocked_days_begun"))
    assert (whole_time.item, begun.item) == ("LKM-001", "LKM-001")
    assert whole_time.amount == day(13, hour=21) - day(3)


def by_older(found: ProgrammeFacts, **cells: str) -> ProgrammeFacts:
    """The facts with what closes froze by the first definitions: other cells, and none of what came later."""
    frozen = {}
    for row in reported(History(found)):
        written = json.loads(cells_text(row)) | cells
        del written["blocked_days_begun"]
        frozen[row.cycle, row.workstream or ""] = Frozen(json.dumps(written), 1)
    return replace(found, frozen={"workstream_summary": frozen})


def test_a_closed_cycle_reads_as_its_close_froze_it_whatever_the_definitions_are_now() -> None:
    found = facts(Flow().in_cycle(1).to(State.DONE, day(9)), Flow("LAB-001", workstream="LAB").to(State.DONE, day(9)))
    history = History(by_older(found, tested="7", working_days="33"))
    row = rows(history)[1, Basis.AS_REPORTED, "LKM"]
    assert (row.tested, row.working_days, row.blocked_days_begun) == (7, 33, None)
    (total,) = [row for row in cycle_summary(history, NOW) if (row.cycle, row.basis) == (1, Basis.AS_REPORTED)]
    assert total.tested == 7
    assert rows(history)[1, Basis.AS_NOW, "LKM"].tested == 1
    cycle = OneCycle(history, 1, NOW)
    assert cycle.row(cycle.programme, Basis.AS_REPORTED) == total
    assert (cycle.is_by_older, cycle.lacks("blocked_days_begun"), cycle.lacks("tested")) == (True, True, False)
    several = choice_of(history, (), ("LKM", "LAB"))
    assert cycle.row(several, Basis.AS_REPORTED).tested == 14  # workflows of several add up to what each reported


def test_the_next_close_compares_with_what_was_reported() -> None:
    next_closed = replace(RUNNING, status=CycleStatus.CLOSED, closed_at=day(96))
    found = facts(Flow().to(State.DONE, day(9)), Flow("LKM-002").to(State.DONE, day(60)))
    older = by_older(found, tested="4")
    later = History(replace(older, cycles=[CLOSED, next_closed]))
    computed = {(row.cycle, row.workstream): row for row in reported(later)}
    for row in (rows(later, day(97))[2, Basis.AS_REPORTED, "LKM"], computed[2, "LKM"]):
        assert (row.tested, row.tested_previous, str(row.ratio_to_previous)) == (1, 4, "0.25")


def test_a_workstream_that_came_after_a_close_reads_there_as_computed() -> None:
    found = facts(Flow().to(State.DONE, day(9)))
    frozen = {
        (row.cycle, row.workstream or ""): Frozen(cells_text(row), METHOD)
        for row in reported(History(found))
        if row.workstream != "LAB"
    }
    history = History(replace(found, frozen={"workstream_summary": frozen}))
    assert rows(history)[1, Basis.AS_REPORTED, "LAB"] == rows(History(found))[1, Basis.AS_REPORTED, "LAB"]
