"""Every column of part_summary.csv, and who waits on whom, from a programme's rows: slow, and by the definitions.

Of the product it knows only the rows. Where it says "known", that is the knowledge of the reading at hand.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.properties.figures_oracle import STAGES, STATES, Row, decimal
from tracker.domain.programme.rows import ChangeRow, CycleRow, PartRow, Programme, WorkflowRow

Came = Callable[[datetime], bool]  # whether what happened at an instant had happened by the moment asked about
Part = tuple[str, str, str]  # a workflow, a workstream, a stage
Triple = tuple[str, str, str]  # who waits, on whom, in which workflow
KEY = ["cycle", "basis", "project", "workstream", "as_of"]
COUNTS = ["shared_open", "parts_due", "parts_signed", "parts_open", "parts_waived", "signed", "lapsed", "done_open"]
DAYS, NOW = ["waiting_days", "waited_on_days"], ["waiting_now", "waited_on_now"]


def part_summary(programme: Programme, as_of: datetime, zone: ZoneInfo) -> list[Row]:
    """The file's rows, each cell as it is written."""
    return [row for reading in readings(programme, as_of, zone) for row in reading.rows()]


def readings(programme: Programme, as_of: datetime, zone: ZoneInfo) -> Iterator["Reading"]:
    for cycle in sorted(programme.cycles, key=lambda row: row.cycle):
        if cycle.closed_at is not None and cycle.closed_at <= as_of:
            yield Reading(programme, cycle, "as_reported", cycle.closed_at, zone)
        yield Reading(programme, cycle, "as_now", as_of, zone)


@dataclass
class Reading:
    programme: Programme
    cycle: CycleRow
    basis: str
    as_of: datetime
    zone: ZoneInfo

    def __post_init__(self) -> None:
        self.start = self.midnight(0)
        self.border = self.midnight((self.cycle.ends_on - self.cycle.starts_on).days + 1)
        self.end = min(self.border, self.as_of)
        first_cycles = {row.code: row.first_cycle for row in self.programme.projects}
        streams = sorted(self.programme.workstreams, key=lambda row: (row.project, row.code))
        self.projects = {row.code: row.project for row in streams}
        self.joined = [row.code for row in streams if first_cycles[row.project] <= self.cycle.cycle]
        self.workflows = {row.key: row for row in self.programme.workflows if row.workstream in self.joined}
        known = [row for row in self.programme.changes if row.recorded_at <= self.as_of]
        voided = {row.voids for row in known if row.voids is not None}
        standing = [row for row in known if row.voids is None and row.id not in voided]
        self.moves: dict[str, list[ChangeRow]] = {key: [] for key in self.workflows}
        for change in sorted(standing, key=lambda row: (row.happened_at, row.id)):
            self.moves.get(change.workflow, []).append(change)
        self.part_rows = [
            row
            for row in sorted(self.programme.parts, key=lambda row: (row.happened_at, row.id))
            if row.recorded_at <= self.as_of and row.workflow in self.workflows and row.workstream in self.joined
        ]

    def midnight(self, days: int) -> datetime:
        day = self.cycle.starts_on + timedelta(days=days)
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)

    def by_end(self, moment: datetime) -> bool:
        return moment < self.border and moment <= self.as_of

    def is_inside(self, moment: datetime) -> bool:
        return moment >= self.start and self.by_end(moment)

    # One workflow at a moment

    def is_archived(self, workflow: WorkflowRow, came: Came) -> bool:
        archived_at = workflow.archived_at
        return archived_at is not None and archived_at <= self.as_of and came(archived_at)

    def state(self, key: str, came: Came) -> str:
        """Empty before its creation, and once archived: archived workflows are in no figure at end, and wait for
        nobody."""
        moves = [row for row in self.moves[key] if came(row.happened_at)]
        if self.is_archived(self.workflows[key], came) or not moves or moves[-1].to_state is None:
            return ""
        return moves[-1].to_state.value

    def others(self, key: str, came: Came) -> list[str]:
        """The workstreams that take part beside the owner."""
        latest = {
            row.workstream: row.event.value
            for row in self.part_rows
            if row.workflow == key and row.stage is None and came(row.happened_at)
        }
        return [code for code, event in latest.items() if event == "joined"]

    def parts(self, key: str, came: Came) -> list[str]:
        return [self.workflows[key].workstream, *self.others(key, came)]

    def due(self, key: str, came: Came) -> list[str]:
        state = self.state(key, came)
        return [stage for stage in STAGES if state and STATES.index(state) >= STATES.index(stage)]

    def rows_of(self, part: Part) -> list[PartRow]:
        workflow, workstream, stage = part
        return [
            row
            for row in self.part_rows
            if (row.workflow, row.workstream) == (workflow, workstream) and row.stage is not None and row.stage == stage
        ]

    def lapsing_moves(self, signature: PartRow) -> list[ChangeRow]:
        """The standing moves back to the signature's stage or before, after it."""
        assert signature.stage is not None
        stage = STATES.index(signature.stage.value)
        return [
            row
            for row in self.moves[signature.workflow]
            if row.from_state is not None
            and row.to_state is not None
            and STATES.index(row.to_state.value) < STATES.index(row.from_state.value)
            and STATES.index(row.to_state.value) <= stage
            and row.happened_at > signature.happened_at
        ]

    def standing(self, part: Part, came: Came) -> str:
        """How a part stands by its rows alone: signed, waived or open."""
        rows = [row for row in self.rows_of(part) if came(row.happened_at)]
        if not rows or rows[-1].event.value == "withdrawn":
            return "open"
        if rows[-1].event.value == "waived":
            return "waived"
        return "open" if any(came(row.happened_at) for row in self.lapsing_moves(rows[-1])) else "signed"

    def is_open(self, part: Part, came: Came) -> bool:
        workflow, workstream, stage = part
        is_owners = self.workflows[workflow].workstream == workstream
        if is_owners and STATES.index(self.state(workflow, came)) > STATES.index(stage):
            return False
        return self.standing(part, came) == "open"

    def is_behind(self, key: str, workstream: str, came: Came) -> bool:
        return any(self.is_open((key, workstream, stage), came) for stage in self.due(key, came))

    def waits(self, key: str, came: Came) -> list[Triple]:
        if self.state(key, came) not in STAGES:
            return []
        parts = self.parts(key, came)
        behind = [code for code in parts if self.is_behind(key, code, came)]
        return [(one, other, key) for one in parts if one not in behind for other in behind]

    # Figures

    def waiting(self) -> dict[Triple, timedelta]:
        """How long each waited on each in the window: between two neighbouring instants nothing changes."""
        found: dict[Triple, timedelta] = {}
        for key, workflow in self.workflows.items():
            cuts = {row.happened_at for row in self.moves[key]} | {self.start, self.end}
            cuts |= {row.happened_at for row in self.part_rows if row.workflow == key}
            cuts |= {workflow.archived_at} if workflow.archived_at is not None else set()
            inside = sorted(cut for cut in cuts if self.start <= cut <= self.end)
            for since, until in itertools.pairwise(inside):
                for triple in self.waits(key, since.__ge__):
                    found[triple] = found.get(triple, timedelta()) + (until - since)
        return found

    def waiting_now(self) -> list[Triple]:
        return [triple for key in self.workflows for triple in self.waits(key, self.by_end)]

    def due_parts(self) -> list[Part]:
        """Of those who take part beside the owner, waived ones too."""
        return [
            (key, code, stage)
            for key in self.workflows
            for code in self.others(key, self.by_end)
            for stage in self.due(key, self.by_end)
        ]

    def signed_in_the_window(self) -> list[PartRow]:
        """Those that are the latest of their part by the end, and have not lapsed by then."""
        return [
            row
            for row in self.part_rows
            if row.event.value == "signed"
            and row.stage is not None
            and self.is_inside(row.happened_at)
            and row == [each for each in self.rows_of(part_of(row)) if self.by_end(each.happened_at)][-1]
            and self.standing(part_of(row), self.by_end) == "signed"
        ]

    def lapsed_in_the_window(self) -> list[PartRow]:
        found = []
        for row in self.part_rows:
            moves = self.lapsing_moves(row) if row.event.value == "signed" else []
            if moves and self.is_inside(moves[0].happened_at):
                rows = self.rows_of(part_of(row))
                later = rows[rows.index(row) + 1 :]
                if not any(each.happened_at < moves[0].happened_at for each in later):
                    found.append(row)
        return found

    def own(self, *states: str) -> list[str]:
        return [key for key in self.workflows if self.state(key, self.by_end) in states]

    def rows(self) -> list[Row]:
        is_begun = self.start < self.as_of
        as_of = self.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z")
        places = [*self.projects.items(), ("TOTAL", "")]
        return [
            dict.fromkeys([*KEY, *COUNTS, *DAYS, *NOW], "")
            | {"cycle": str(self.cycle.cycle), "basis": self.basis, "project": project, "workstream": code}
            | {"as_of": as_of}
            | (self.figures([code]) if is_begun and code in self.joined else {})
            | (self.figures(self.joined) if is_begun and code == "TOTAL" else {})
            for code, project in places
        ]

    def figures(self, streams: list[str]) -> Row:
        """What counts for any of these workstreams."""
        found = dict.fromkeys([*COUNTS, *NOW], 0)
        for part in self.due_parts():
            if part[1] in streams:
                standing = self.standing(part, self.by_end)
                found[f"parts_{standing}"] += 1
                found["parts_due"] += standing != "waived"
        found["shared_open"] = sum(self.owner(key) in streams for key in self.own(*STAGES) if self.shared(key))
        found["done_open"] = sum(self.owner(key) in streams for key in self.own("done") if self.lacks_parts(key))
        found["signed"] = sum(row.workstream in streams for row in self.signed_in_the_window())
        found["lapsed"] = sum(row.workstream in streams for row in self.lapsed_in_the_window())
        found["waiting_now"] = sum(one in streams for one, _other, _key in self.waiting_now())
        found["waited_on_now"] = sum(other in streams for _one, other, _key in self.waiting_now())
        spans = self.waiting().items()
        return {name: str(number) for name, number in found.items()} | {
            "waiting_days": days([span for (one, _other, _key), span in spans if one in streams]),
            "waited_on_days": days([span for (_one, other, _key), span in spans if other in streams]),
        }

    def owner(self, key: str) -> str:
        return self.workflows[key].workstream

    def shared(self, key: str) -> bool:
        return bool(self.others(key, self.by_end))

    def lacks_parts(self, key: str) -> bool:
        return any(self.is_behind(key, code, self.by_end) for code in self.others(key, self.by_end))


def part_of(row: PartRow) -> Part:
    assert row.stage is not None
    return row.workflow, row.workstream, row.stage.value


def days(spans: list[timedelta]) -> str:
    return decimal(Fraction(sum(spans, timedelta()) // timedelta(microseconds=1), 24 * 3600 * 10**6), 1)
