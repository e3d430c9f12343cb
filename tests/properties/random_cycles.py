"""Random programmes whose cycles are planned, committed and closed as people do it, changed at awkward instants."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.builders import a_blocker
from tracker.domain.programme.rows import (
    BlockerEventRow,
    ChangeRow,
    CycleRow,
    PartRow,
    Programme,
    ProjectRow,
    ScopeRow,
    WorkflowRow,
    WorkstreamRow,
)
from tracker.domain.states import BlockerCategory, CycleStatus, Goal, HoldEvent, PartEventKind, ScopeKind, State

# New Year and week 52; week 53; both changes of the clock, in Europe and America; Easter to Midsummer.
FIRST_DAYS = (date(2022, 12, 5), date(2026, 12, 7), date(2023, 3, 6), date(2023, 10, 2), date(2023, 5, 1))
ZONES = ("Europe/Stockholm", "Europe/Stockholm", "America/New_York", "Pacific/Auckland", "America/Havana")
_DAY, _TICK = timedelta(days=1), timedelta(microseconds=1)
_ACTOR = "Programkontoret"
_REASONS = ("", "failed_test", "other", "in words of one's own", "dependency")
_KINDS = (
    "move",
    "move",
    "on",
    "on",
    "on",
    "done",
    "done",
    "late",
    "void",
    "archive",
    "enter",
    "leave",
    "hold",
    "hold",
    "release",
    "release",
    "all on",
    "all done",
    "sign",
    "sign",
    "sign",
    "late sign",
    "all sign",
    "withdraw",
    "waive",
    "waive late",
    "join",
    "leave",
    "leave late",
)
_PARTS = {
    "sign": PartEventKind.SIGNED,
    "withdraw": PartEventKind.WITHDRAWN,
    "waive": PartEventKind.WAIVED,
    "join": PartEventKind.JOINED,
    "leave": PartEventKind.LEFT,
}
_GAPS = (timedelta(0), _TICK, timedelta(minutes=7), timedelta(hours=5), _DAY, 3 * _DAY)


@dataclass(frozen=True)
class RandomProgramme:
    """A sound programme, its time zone, and an instant to read it at."""

    programme: Programme
    zone: ZoneInfo
    as_of: datetime


@dataclass
class _Simulation:
    """Acts one after the other, at instants that never go back; closes and commits come when their time has come."""

    programme: Programme
    plans: list[CycleRow]  # with the instants at which each will be committed and closed
    landmarks: list[datetime]
    rng: Random
    now: datetime
    standing: dict[str, list[ChangeRow]] = field(default_factory=dict)
    member: dict[str, tuple[int, Goal]] = field(default_factory=dict)
    archived: dict[str, datetime] = field(default_factory=dict)
    held: set[tuple[int, str]] = field(default_factory=set)

    def create(self, key: str, state: State) -> None:
        self.standing[key] = []
        self.change(key, state, self.now)

    def go_to(self, moment: datetime) -> None:
        """What a person does at the instant of a close came before it."""
        moment = max(moment, self.now)
        for plan in self.plans:
            for at, act in ((plan.committed_at, self.commit), (plan.closed_at, self.close)):
                if at is not None and self.now <= at < moment:
                    self.now = at
                    act(plan)
        self.now = moment

    def commit(self, plan: CycleRow) -> None:
        self.set_cycle(plan, CycleStatus.RUNNING, plan.committed_at, None)

    def close(self, plan: CycleRow) -> None:
        assert plan.closed_at is not None
        following = next((row.cycle for row in self.programme.cycles if row.status is CycleStatus.DRAFT), None)
        for key, (cycle, goal) in sorted(self.member.items()):
            is_there = self.archived.get(key, plan.closed_at) >= plan.closed_at
            is_met = (is_there or self.state(key) is State.DONE) and self.state(key).position > State(goal).position
            if cycle != plan.cycle:
                continue
            choice = self.rng.randrange(4)
            if is_met:
                if choice == 0 and following is not None:
                    self.scope(key, following, Goal.TEST, ScopeKind.PLANNED)
            elif choice in {0, 1} and following is not None:
                self.scope(key, following, goal, ScopeKind.CARRIED)
            elif choice == 2:
                self.scope(key, None, None, ScopeKind.RETURNED)
            else:
                self.scope(key, None, None, ScopeKind.DROPPED)
                self.archived.setdefault(key, plan.closed_at)
        self.set_cycle(plan, CycleStatus.CLOSED, plan.committed_at, plan.closed_at)

    def set_cycle(
        self, plan: CycleRow, status: CycleStatus, committed_at: datetime | None, closed_at: datetime | None
    ) -> None:
        cycles = self.programme.cycles
        cycles[plan.cycle - 1] = replace(
            cycles[plan.cycle - 1], status=status, committed_at=committed_at, closed_at=closed_at
        )

    def act(self, kind: str, which: int, what: int) -> None:
        """One workflow does something, or each."""
        keys = [row.key for row in self.programme.workflows]
        for key in keys if kind.startswith("all ") else [keys[which % len(keys)]]:
            if key not in self.archived:
                self.act_on(key, kind.removeprefix("all "), which, what)

    def act_on(self, key: str, kind: str, which: int, what: int) -> None:
        states = list(State)
        moves = {"move": what % 5, "on": min(self.state(key).position + 1, 4), "done": 4}
        if kind in moves:
            self.change(key, states[moves[kind]], self.now)
        match kind:
            case "late":
                self.change_late(key, which, what)
            case "void" if len(self.standing[key]) > 1:
                self.add_change(key, None, None, self.now, self.standing[key].pop().id)
            case "archive" if what % 3 == 0:
                self.archived[key] = self.now
            case "enter" | "leave":
                self.move_scope(key, what)
            case "hold":
                self.hold(what % 3 + 1, key, HoldEvent.HELD)
            case "release":
                self.hold(*self.rng.choice(sorted(self.held) or [(1, key)]), HoldEvent.RELEASED)
            case _ if (event := _PARTS.get(kind.replace("late", "").strip())) is not None:
                self.part(key, event, what, is_late="late" in kind)

    def change_late(self, key: str, which: int, what: int) -> None:
        """At a landmark since its latest change, or anywhere between that and now."""
        last = self.standing[key][-1].happened_at
        inside = [mark for mark in self.landmarks if last <= mark <= self.now]
        happened_at = inside[what % len(inside)] if inside else last + (self.now - last) * what / 11
        self.change(key, list(State)[(which + what) % 5], happened_at)

    def part(self, key: str, event: PartEventKind, what: int, *, is_late: bool) -> None:
        """One that takes part does something, now and then one that does not; late at any moment since the creation."""
        owner = key.partition("-")[0]
        streams = [row.code for row in self.programme.workstreams if row.code != owner]
        others = [code for code in streams if code in self.others(key)]
        if event in {PartEventKind.SIGNED, PartEventKind.WITHDRAWN}:
            streams, others = [owner, *streams], [owner, *others]
        if not streams:
            return
        here = event is PartEventKind.LEFT or (event is not PartEventKind.JOINED and self.rng.random() < 0.9)
        code = self.rng.choice((others if here else []) or streams)
        first = self.standing[key][0].happened_at
        marks = [mark for mark in self.landmarks if first <= mark <= self.now]
        marks += [row.happened_at for row in self.standing[key]]
        happened_at = self.rng.choice([*marks, first + (self.now - first) * what / 11]) if is_late else self.now
        due = list(Goal)[: max(self.state(key).position, what % 4)]
        stage = self.rng.choice(due or [Goal.DESIGN]) if event.is_of_stage else None
        self.add_part(key, code, stage, event, happened_at)

    def add_part(self, key: str, code: str, stage: Goal | None, event: PartEventKind, happened_at: datetime) -> None:
        parts = self.programme.parts
        parts.append(PartRow(len(parts) + 1, key, code, stage, event, happened_at, self.now, _ACTOR))

    def others(self, key: str) -> set[str]:
        """Who takes part beside the owner, by all that is recorded."""
        found: set[str] = set()
        for row in sorted(self.programme.parts, key=lambda row: (row.happened_at, row.id)):
            if row.workflow == key and row.stage is None:
                (found.add if row.event is PartEventKind.JOINED else found.discard)(row.workstream)
        return found

    def state(self, key: str) -> State:
        state = self.standing[key][-1].to_state
        assert state is not None
        return state

    def change(self, key: str, to: State, happened_at: datetime) -> None:
        before = self.state(key) if self.standing[key] else None
        self.standing[key].append(self.add_change(key, before, to, happened_at, None))

    def add_change(
        self, key: str, before: State | None, to: State | None, happened_at: datetime, voids: int | None
    ) -> ChangeRow:
        number = len(self.programme.changes) + 1
        reason = _REASONS[number % len(_REASONS)]
        row = ChangeRow(number, key, before, to, happened_at, self.now, _ACTOR, reason, voids=voids)
        self.programme.changes.append(row)
        return row

    def move_scope(self, key: str, what: int) -> None:
        """Into or out of a draft or the running cycle; at the very instant of a close only the close does that."""
        if any(plan.closed_at == self.now for plan in self.plans):
            return
        here = self.member.get(key)
        statuses = {row.cycle: row.status for row in self.programme.cycles}
        if here is not None and statuses[here[0]] is not CycleStatus.CLOSED:
            is_draft = statuses[here[0]] is CycleStatus.DRAFT
            self.scope(key, None, None, ScopeKind.PLANNED if is_draft else ScopeKind.REMOVED)
        elif here is None:
            open_ = [cycle for cycle, status in statuses.items() if status is not CycleStatus.CLOSED]
            if open_:
                cycle = open_[what % 2 % len(open_)]
                kind = ScopeKind.PLANNED if statuses[cycle] is CycleStatus.DRAFT else ScopeKind.ADDED
                self.scope(key, cycle, list(Goal)[what % 3], kind)

    def scope(self, key: str, cycle: int | None, goal: Goal | None, kind: ScopeKind) -> None:
        here = self.member.get(key)
        number = len(self.programme.scope) + 1
        self.programme.scope.append(
            ScopeRow(number, key, here and here[0], cycle, goal, kind, "capacity", self.now, self.now, _ACTOR)
        )
        if cycle is None or goal is None:
            self.member.pop(key, None)
        else:
            self.member[key] = cycle, goal

    def hold(self, blocker: int, key: str, event: HoldEvent) -> None:
        number = len(self.programme.blocker_events) + 1
        row = BlockerEventRow(number, blocker, key, event, self.now, self.now, _ACTOR)
        self.programme.blocker_events.append(row)
        (self.held.add if event is HoldEvent.HELD else self.held.discard)((blocker, key))


@st.composite
def random_cycles(draw: st.DrawFn) -> RandomProgramme:
    """A programme of up to four cycles, with gaps between them, and an instant during or after it.

    Dealt by a generator of its own: what Hypothesis draws itself it draws small, and small programmes have no figures.
    """
    rng = Random(draw(st.integers(0, 2**32 - 1)))
    steps, workflows = 120 - draw(st.integers(0, 120)), draw(st.sampled_from([14, 6, 2]))
    zone = ZoneInfo(rng.choice(ZONES))
    plans = _plans(rng, zone)
    streams = rng.randint(1, 4)
    programme = Programme(
        projects=[ProjectRow("NU", "Nu"), ProjectRow("SEN", "Senare", first_cycle=rng.randint(2, 4))],
        workstreams=[
            WorkstreamRow(f"S{n}", f"Ström {n}", "", "SEN" if n == 3 else "NU") for n in range(1, streams + 1)
        ],
        cycles=[replace(plan, committed_at=None, closed_at=None) for plan in plans],
        blockers=[a_blocker(1), a_blocker(2), a_blocker(3, category=BlockerCategory.DECISION)],
    )
    marks = sorted(_landmarks(plans, zone))
    simulation = _Simulation(programme, plans, marks, rng, marks[0] - 9 * _DAY)
    for number in range(1, workflows + 1):
        _create(simulation, f"S{number % streams + 1}", number)
    for _ in range(steps):
        offset = rng.choice([-_TICK, timedelta(0), _TICK])
        ahead = [mark for mark in marks if mark + offset > simulation.now]
        simulation.go_to(ahead[0] + offset if ahead and rng.random() < 0.25 else simulation.now + rng.choice(_GAPS))
        simulation.act(rng.choice(_KINDS), rng.randrange(workflows), rng.randrange(12))
    simulation.go_to(simulation.now + rng.choice(_GAPS))
    return RandomProgramme(_finished(programme, simulation), zone, _as_of(rng, simulation))


def _create(simulation: _Simulation, workstream: str, number: int) -> None:
    rng = simulation.rng
    simulation.now += rng.choice([timedelta(0), timedelta(hours=3)])
    key = f"{workstream}-{number:03}"
    simulation.programme.workflows.append(WorkflowRow(key, key, "", "", workstream, (), "", None, simulation.now))
    simulation.create(key, rng.choice([State.NOT_STARTED, State.NOT_STARTED, State.NOT_STARTED, *State]))
    for row in simulation.programme.workstreams:
        if row.code != workstream and rng.random() < 0.4:
            simulation.add_part(key, row.code, None, PartEventKind.JOINED, simulation.now)
    if rng.random() < 0.7:
        simulation.scope(key, 1, rng.choice(list(Goal)), ScopeKind.PLANNED)


def _finished(programme: Programme, simulation: _Simulation) -> Programme:
    programme.workflows = [
        replace(
            row,
            archived_at=simulation.archived.get(row.key),
            other_workstreams=tuple(sorted(simulation.others(row.key))),
        )
        for row in sorted(programme.workflows, key=lambda row: row.key)
    ]
    return programme


def _as_of(rng: Random, simulation: _Simulation) -> datetime:
    past = [mark for mark in simulation.landmarks if mark <= simulation.now]
    recorded = [row.recorded_at for row in simulation.programme.changes]
    often = [simulation.now, simulation.now + _DAY] * (len(past) + len(recorded))
    return rng.choice([*often, *past, *recorded])


def _plans(rng: Random, zone: ZoneInfo) -> list[CycleRow]:
    """Cycles of one day to seven weeks, each committed some time after the one before it was closed."""
    day = rng.choice(FIRST_DAYS)
    free_from = _midnight(day, zone) - 3 * _DAY
    plans = []
    for number in range(1, rng.randint(1, 4) + 1):
        last = day + timedelta(days=rng.choice([0, 6, 13, 13, 48]))
        border = _midnight(last + _DAY, zone)
        committed_at = free_from + rng.choice([_TICK, timedelta(minutes=30), 2 * _DAY])
        closing = rng.choice([-3 * _DAY, -_TICK, timedelta(0), timedelta(hours=8), 2 * _DAY])
        closed_at = max(border + closing, committed_at + _TICK)
        planning = rng.choice([None, day - 7 * _DAY])
        plans.append(CycleRow(number, day, last, planning, planning, CycleStatus.DRAFT, "", committed_at, closed_at))
        free_from = closed_at
        day = last + _DAY + rng.choice([timedelta(0), timedelta(0), 3 * _DAY])
    return plans


def _landmarks(plans: list[CycleRow], zone: ZoneInfo) -> set[datetime]:
    """Borders, commits and closes, and the midnight before each change of the clock."""
    marks = set()
    for plan in plans:
        assert plan.committed_at is not None
        assert plan.closed_at is not None
        marks |= {_midnight(plan.starts_on, zone), _midnight(plan.ends_on + _DAY, zone)}
        marks |= {plan.committed_at, plan.closed_at}
    first, last = plans[0].starts_on, plans[-1].ends_on
    days = [first + n * _DAY for n in range((last - first).days)]
    marks |= {_midnight(day, zone) for day in days if _midnight(day + _DAY, zone) - _midnight(day, zone) != _DAY}
    return marks


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
