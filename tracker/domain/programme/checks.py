"""What must hold in the programme files beyond each cell's form. Rules for people (day limits, reasons, roles) do not
bind a bulk load, and are not here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from tracker.domain.errors import N_
from tracker.domain.programme import files
from tracker.domain.programme.files import ProgrammeFile
from tracker.domain.programme.parts import others_of
from tracker.domain.programme.replay import by_workflow, holding, in_order, membership, stand_of
from tracker.domain.programme.rows import ChangeRow, CycleRow, Programme, ScopeRow
from tracker.domain.states import CycleStatus, PartEventKind, ScopeKind


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for people. A difference means that something is wrong; else it is what nobody could do by hand, and a
    bulk load may bring.
    """

    text: str
    is_difference: bool = True


_DERIVED = ("state", "cycle", "goal", "blocked", "times_carried", "done_at")
_LEAVING = {ScopeKind.REMOVED, ScopeKind.RETURNED, ScopeKind.DROPPED}
_OWNERS = {PartEventKind.SIGNED, PartEventKind.WITHDRAWN}
_NO_STAGE = N_("must be empty for the event %(event)s")
_ENTERING = {ScopeKind.ADDED, ScopeKind.CARRIED}


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that breaks a rule: its file, its place in the file's list, the column, and the rule in words."""

    file: ProgrammeFile[Any]
    index: int
    row: object
    column: str
    message: str
    values: dict[str, object] = field(default_factory=dict)

    @property
    def cell(self) -> str:
        """The column's cell as it is written in the file."""
        return self.file.cell_of(self.row, self.column)

    @property
    def text(self) -> str:
        """The rule in English."""
        return self.message % self.values


def problems(programme: Programme) -> Iterator[Problem]:
    """Every row that breaks a rule: unique ids, then references, then cycles, then the chains of each history."""
    yield from _doubles(programme)
    yield from _dangling(programme)
    yield from cycle_problems(programme.cycles)
    yield from _late_problems(programme)
    yield from change_problems(programme.changes)
    yield from _uncreated(programme)
    yield from scope_problems(programme.scope)
    yield from _part_problems(programme)
    yield from _notes_about_nothing(programme)


def derived_problems(programme: Programme) -> Iterator[Problem]:
    """Every derived cell that contradicts the history; a row whose derived cells are all empty is not checked, save for
    the workstreams that take part.
    """
    parts = by_workflow(programme.parts)
    changes, scope = by_workflow(programme.changes), by_workflow(programme.scope)
    events = by_workflow(programme.blocker_events)
    for index, row in enumerate(programme.workflows):
        others = others_of(parts[row.key])
        if row.other_workstreams != others:
            message = N_("contradicts parts.csv, which says %(history)r")
            yield Problem(files.WORKFLOWS, index, row, "other_workstreams", message, {"history": " ".join(others)})
        given = {name: getattr(row, name) for name in _DERIVED}
        if all(value is None for value in given.values()):
            continue
        now, member = stand_of(changes[row.key]), membership(scope[row.key])
        here = {"state": now and now.state, "done_at": now and now.done_at, "blocked": bool(holding(events[row.key]))}
        history: dict[str, Any] = here | member._asdict()
        for column, value in given.items():
            if value != history[column]:
                message = N_("contradicts the history, which says %(history)r")
                said = files.WORKFLOWS.cell_of(replace(row, **{column: history[column]}), column)
                yield Problem(files.WORKFLOWS, index, row, column, message, {"history": said})


def _doubles(programme: Programme) -> Iterator[Problem]:
    for file in files.PROGRAMME_FILES:
        seen: set[object] = set()
        column = file.columns[0].name
        for index, row in enumerate(getattr(programme, file.name)):
            key = getattr(row, column)
            if key in seen:
                yield Problem(file, index, row, column, N_("stands twice in the file"))
            seen.add(key)


def _dangling(programme: Programme) -> Iterator[Problem]:
    keys: dict[str, set[object]] = {
        file.name: {getattr(row, file.columns[0].name) for row in getattr(programme, file.name)}
        for file in (files.PROJECTS, files.WORKSTREAMS, files.CYCLES, files.WORKFLOWS, files.BLOCKERS)
    }
    references: tuple[tuple[ProgrammeFile[Any], str, ProgrammeFile[Any]], ...] = (
        (files.WORKSTREAMS, "project", files.PROJECTS),
        (files.WORKFLOWS, "workstream", files.WORKSTREAMS),
        (files.CHANGES, "workflow", files.WORKFLOWS),
        (files.SCOPE, "workflow", files.WORKFLOWS),
        (files.SCOPE, "from_cycle", files.CYCLES),
        (files.SCOPE, "to_cycle", files.CYCLES),
        (files.BLOCKER_EVENTS, "blocker", files.BLOCKERS),
        (files.BLOCKER_EVENTS, "workflow", files.WORKFLOWS),
        (files.PARTS, "workflow", files.WORKFLOWS),
        (files.PARTS, "workstream", files.WORKSTREAMS),
        (files.BLOCKERS, "waits_on", files.WORKSTREAMS),
        (files.NOTES, "workflow", files.WORKFLOWS),
        (files.NOTES, "blocker", files.BLOCKERS),
        (files.CHECKS, "workflow", files.WORKFLOWS),
    )
    # First, for a folder without parts.csv has its parts from there.
    for index, workflow in enumerate(programme.workflows):
        others = workflow.other_workstreams
        for code in others:
            problem = ""
            if code not in keys[files.WORKSTREAMS.name]:
                problem = N_("names %(code)s, which is not in workstreams.csv")
            elif code == workflow.workstream:
                problem = N_("names %(code)s, the owning workstream")
            elif others.count(code) > 1:
                problem = N_("names %(code)s twice")
            if problem:
                yield Problem(files.WORKFLOWS, index, workflow, "other_workstreams", problem, {"code": code})
                break
    for file, column, home in references:
        for index, row in enumerate(getattr(programme, file.name)):
            value = getattr(row, column)
            if value is not None and value not in keys[home.name]:
                yield Problem(file, index, row, column, N_("is not in %(file)s.csv"), {"file": home.name})


def cycle_problems(cycles: Sequence[CycleRow]) -> Iterator[Problem]:
    """Cycles whose dates or status cannot be."""
    for index, row in enumerate(cycles):
        for column, message in _cycle_faults(row):
            yield Problem(files.CYCLES, index, row, column, message)
    in_time = sorted(enumerate(cycles), key=lambda each: each[1].starts_on)
    for (_, earlier), (index, row) in pairwise(in_time):
        if row.starts_on <= earlier.ends_on:
            message = N_("lies in cycle %(cycle)s; cycles do not overlap")
            yield Problem(files.CYCLES, index, row, "starts_on", message, {"cycle": earlier.cycle})
    running = [(index, row) for index, row in enumerate(cycles) if row.status is CycleStatus.RUNNING]
    for index, row in running[1:]:
        message = N_("cannot be: cycle %(cycle)s is running, and one cycle runs at a time")
        yield Problem(files.CYCLES, index, row, "status", message, {"cycle": running[0][1].cycle})


def _cycle_faults(row: CycleRow) -> Iterator[tuple[str, str]]:
    if row.ends_on < row.starts_on:
        yield "ends_on", N_("is before starts_on")
    if row.planning_starts_on and row.planning_ends_on and row.planning_ends_on < row.planning_starts_on:
        yield "planning_ends_on", N_("is before planning_starts_on")
    if (row.closed_at is not None) != (row.status is CycleStatus.CLOSED):
        yield "closed_at", N_("does not fit the status: a closed cycle has one, and no other")
    elif row.status is CycleStatus.RUNNING and row.committed_at is None:
        yield "committed_at", N_("is missing, and the cycle is running")
    elif row.status is CycleStatus.DRAFT and row.committed_at is not None:
        yield "committed_at", N_("does not fit the status: a draft is not committed")
    elif row.committed_at and row.closed_at and row.closed_at < row.committed_at:
        yield "closed_at", N_("is before committed_at")


def _late_problems(programme: Programme) -> Iterator[Problem]:
    for file in (files.CHANGES, files.SCOPE, files.BLOCKER_EVENTS, files.PARTS):
        for index, row in enumerate(getattr(programme, file.name)):
            if row.happened_at > row.recorded_at:
                yield Problem(file, index, row, "happened_at", N_("is after recorded_at"))


def change_problems(changes: Sequence[ChangeRow]) -> Iterator[Problem]:
    """Changes that do not follow, in order of id, from what stood of their workflow."""
    standing: dict[str, list[ChangeRow]] = defaultdict(list)
    for index, row in sorted(enumerate(changes), key=lambda each: each[1].id):
        rows = standing[row.workflow]
        for column, message, values in _undo_faults(row, rows) if row.voids else _move_faults(row, rows):
            yield Problem(files.CHANGES, index, row, column, message, values)
            break
        if row.voids is None:
            rows.append(row)
        elif rows and rows[-1].id == row.voids:
            rows.pop()


_Fault = tuple[str, str, dict[str, object]]


def _undo_faults(row: ChangeRow, standing: list[ChangeRow]) -> Iterator[_Fault]:
    if row.to_state is not None or row.from_state is not None:
        yield "to_state" if row.to_state else "from_state", N_("must be empty: the row takes another back"), {}
    if not standing or standing[-1].id != row.voids:
        latest = standing[-1].id if standing else ""
        message = N_("is not the workflow's latest change that stands (%(latest)s)")
        yield "voids", message, {"latest": latest}
    elif len(standing) == 1:
        yield "voids", N_("is the creation, which cannot be taken back"), {}
    if row.happened_at != row.recorded_at:
        yield "happened_at", N_("must be recorded_at: the row takes another back"), {}


def _move_faults(row: ChangeRow, standing: list[ChangeRow]) -> Iterator[_Fault]:
    if row.to_state is None:
        yield "to_state", N_("must not be empty"), {}
    latest = standing[-1] if standing else None
    if latest is None and row.from_state is not None:
        yield "from_state", N_("must be empty: it is the first change of %(workflow)s"), {"workflow": row.workflow}
    elif latest is not None and row.from_state is not latest.to_state:
        message = N_("is not %(state)s, where the latest change of %(workflow)s (%(latest)s) leads")
        yield "from_state", message, {"state": latest.to_state, "workflow": row.workflow, "latest": latest.id}
    elif latest is not None and row.happened_at < latest.happened_at:
        message = N_("is before the latest change of %(workflow)s (%(latest)s)")
        yield "happened_at", message, {"workflow": row.workflow, "latest": latest.id}


def _uncreated(programme: Programme) -> Iterator[Problem]:
    created = {row.workflow for row in programme.changes if row.from_state is None and row.voids is None}
    for index, row in enumerate(programme.workflows):
        if row.key not in created:
            yield Problem(files.WORKFLOWS, index, row, "key", N_("has no creation in changes.csv"))


def scope_problems(scope: Sequence[ScopeRow]) -> Iterator[Problem]:
    """Scope changes that do not follow, in order of happened_at and id, from the cycle their workflow was in."""
    cycles: dict[str, int | None] = {}
    for index, row in sorted(enumerate(scope), key=lambda each: in_order(each[1])):
        for column, message, values in _scope_faults(row, cycles.get(row.workflow)):
            yield Problem(files.SCOPE, index, row, column, message, values)
            break
        cycles[row.workflow] = row.to_cycle


def _scope_faults(row: ScopeRow, cycle: int | None) -> Iterator[_Fault]:
    if row.from_cycle is None and row.to_cycle is None:
        yield "to_cycle", N_("must not be empty when from_cycle is"), {}
    if row.to_cycle is not None and row.goal is None:
        yield "goal", N_("must not be empty: a member of a cycle has a goal"), {}
    if row.to_cycle is None and row.goal is not None:
        yield "goal", N_("must be empty: the workflow is in no cycle after this"), {}
    if row.kind in _LEAVING and row.to_cycle is not None:
        yield "to_cycle", N_("must be empty for the kind %(kind)s"), {"kind": row.kind}
    if row.kind in _ENTERING and row.to_cycle is None:
        yield "to_cycle", N_("must not be empty for the kind %(kind)s"), {"kind": row.kind}
    if row.kind is ScopeKind.CARRIED and row.from_cycle is None:
        yield "from_cycle", N_("must not be empty for the kind %(kind)s"), {"kind": row.kind}
    if row.from_cycle != cycle:
        where = cycle if cycle is not None else N_("no cycle")
        message = N_("is not where %(workflow)s was: %(where)s")
        yield "from_cycle", message, {"workflow": row.workflow, "where": where}


def _part_problems(programme: Programme) -> Iterator[Problem]:
    owners = {row.key: row.workstream for row in programme.workflows}
    for index, row in enumerate(programme.parts):
        if row.event.is_of_stage != (row.stage is not None):
            message = N_("must not be empty for the event %(event)s") if row.stage is None else _NO_STAGE
            yield Problem(files.PARTS, index, row, "stage", message, {"event": row.event})
        elif row.workstream == owners.get(row.workflow) and row.event not in _OWNERS:
            message = N_("is the owning workstream, whose part is signed or withdrawn, no more")
            yield Problem(files.PARTS, index, row, "workstream", message)


def _notes_about_nothing(programme: Programme) -> Iterator[Problem]:
    for index, row in enumerate(programme.notes):
        if row.workflow is None and row.blocker is None:
            yield Problem(files.NOTES, index, row, "workflow", N_("must not be empty when blocker is"))
