"""Random programmes that keep the rules, with every nasty text a cell can hold."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from tracker.domain.blockers import BlockerRow
from tracker.domain.programme.rows import (
    BlockerEventRow,
    ChangeRow,
    CheckRow,
    CycleRow,
    NoteRow,
    PartRow,
    Programme,
    ProjectRow,
    ScopeRow,
    WorkflowRow,
    WorkstreamRow,
)
from tracker.domain.states import BlockerCategory, CycleStatus, Goal, HoldEvent, PartEventKind, ScopeKind, State

_FIRST = datetime(2023, 1, 2, 8, tzinfo=UTC)
_NASTY = st.sampled_from(
    [
        "",
        "=1+1",
        "'=1+1",
        "''@SUM(A1)",
        "-5",
        "+46 31",
        "@x",
        "\t",
        "\r",
        "\n",
        "\r\n",
        "a\rb",
        "a\nb",
        "a\r\nb\r\n",
        '"',
        '""',
        'a"b',
        "a,b;c",
        " ",
        " a ",
        "\u00a0",
        "\u200b",
        "\u202egnid\u202c",
        "＝1",
        "－",
        "＠",
        "👩🏽‍⚕️",
        "e\u0301",
        "é",
        "ÅÄÖ",
        "\ufeff",
        "\x1b[31m",
        "\x7f",
        "\u2028",
        "NULL",
        "None",
        "true",
        "1,5",
        "\U0010ffff",
        "'",
        "''",
        "'a",
    ]
)
TEXTS = _NASTY | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
NAMES = TEXTS.filter(bool)
CODES = st.sampled_from(["A", "a", "Å", "=A", "'=B", "-1", "LKM-012", "😀", "ß", "ä", "＝"]) | st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters="/"), min_size=1, max_size=5
).filter(str.isprintable)
_ACTORS = st.lists(NAMES, min_size=1, max_size=3, unique=True)
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["move", "late", "void", "scope", "carry", "hold", "part", "part", "late part", "note", "check"]
        ),
        st.integers(0, 7),
        st.integers(0, 7),
        st.integers(0, 3_000_000_000),
        TEXTS,
    ),
    max_size=40,
)


@dataclass
class _History:
    """Makes rows step by step at instants that never go back."""

    programme: Programme
    actors: list[str]
    now: datetime = _FIRST
    standing: dict[str, list[ChangeRow]] = field(default_factory=dict)
    cycles: dict[str, int | None] = field(default_factory=dict)

    def create(self, key: str, state: State) -> None:
        self.standing[key], self.cycles[key] = [], None
        self._change(key, None, state, self.now, "")
        for code in next(row.other_workstreams for row in self.programme.workflows if row.key == key):
            self._part(key, code, PartEventKind.JOINED, self.now, 0, "")

    def take(self, kind: str, which: int, what: int, text: str) -> None:
        programme = self.programme
        key = programme.workflows[which % len(programme.workflows)].key
        latest = self.standing[key][-1]
        state = list(State)[what % 5]
        match kind:
            case "move":
                self._change(key, latest.to_state, state, self.now, text)
            case "late":
                back = (self.now - latest.happened_at) * what / 7
                self._change(key, latest.to_state, state, self.now - back, text)
            case "void" if len(self.standing[key]) > 1:
                self.standing[key].pop()
                self._add_change(key, None, None, self.now, text, latest.id)
            case "scope" | "carry" if programme.cycles:
                self._scope(key, kind, programme.cycles[what % len(programme.cycles)].cycle, what, text)
            case "hold" if programme.blockers:
                blocker = programme.blockers[what % len(programme.blockers)].id
                event = list(HoldEvent)[what % 2]
                number = len(programme.blocker_events) + 1
                programme.blocker_events.append(
                    BlockerEventRow(number, blocker, key, event, self.now, self.now, self._actor(what), text)
                )
            case "part" | "late part":
                happened_at = self.now if kind == "part" else self.now - (self.now - _FIRST) * what / 7
                code = programme.workstreams[(which + what) % len(programme.workstreams)].code
                self._part(key, code, list(PartEventKind)[(which * 8 + what) % 5], happened_at, what, text)
            case "note":
                blocker_id = programme.blockers[0].id if programme.blockers and what % 2 else None
                workflow = None if blocker_id and what % 3 else key
                number = len(programme.notes) + 1
                programme.notes.append(NoteRow(number, workflow, blocker_id, self.now, self._actor(what), text))
            case "check":
                programme.checks.append(CheckRow(len(programme.checks) + 1, key, self.now, self._actor(what)))

    def _change(self, key: str, before: State | None, after: State, happened_at: datetime, text: str) -> None:
        self.standing[key].append(self._add_change(key, before, after, happened_at, text, None))

    def _add_change(
        self, key: str, before: State | None, after: State | None, happened_at: datetime, text: str, voids: int | None
    ) -> ChangeRow:
        number = len(self.programme.changes) * 2 + 1  # gaps between ids are kept
        actor = self._actor(number)
        row = ChangeRow(number, key, before, after, happened_at, self.now, actor, text, text[::-1], voids)
        self.programme.changes.append(row)
        return row

    def _scope(self, key: str, kind: str, cycle: int, what: int, text: str) -> None:
        here = self.cycles[key]
        number = len(self.programme.scope) + 1
        goal: Goal | None = list(Goal)[what % 3]
        after: int | None = cycle
        if here is None:
            how = ScopeKind.ADDED if what % 2 else ScopeKind.PLANNED
        elif kind == "carry":
            how = ScopeKind.CARRIED
        else:
            how, after, goal = [ScopeKind.REMOVED, ScopeKind.RETURNED, ScopeKind.DROPPED][what % 3], None, None
        self.programme.scope.append(
            ScopeRow(number, key, here, after, goal, how, text, self.now, self.now, self._actor(what), text)
        )
        self.cycles[key] = after

    def _part(self, key: str, code: str, event: PartEventKind, happened_at: datetime, what: int, text: str) -> None:
        """The owning workstream takes part as long as the workflow is there, and its part is always needed."""
        workflow = next(row for row in self.programme.workflows if row.key == key)
        if workflow.workstream == code and event not in {PartEventKind.SIGNED, PartEventKind.WITHDRAWN}:
            return
        stage = list(Goal)[what % 3] if event.is_of_stage else None
        number, actor = len(self.programme.parts) * 3 + 1, self._actor(what)
        self.programme.parts.append(PartRow(number, key, code, stage, event, happened_at, self.now, actor, text))

    def _actor(self, number: int) -> str:
        return self.actors[number % len(self.actors)]


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """A programme of a few of everything."""
    projects = draw(st.lists(CODES, min_size=1, max_size=3, unique=True))
    streams = draw(st.lists(CODES, min_size=1, max_size=4, unique=True))
    keys = draw(st.lists(CODES, min_size=1, max_size=4, unique=True))
    limits = st.none() | st.integers(0, 9)
    programme = Programme(
        projects=[ProjectRow(code, draw(NAMES), draw(TEXTS), draw(st.integers(1, 9))) for code in sorted(projects)],
        workstreams=[
            WorkstreamRow(code, draw(NAMES), draw(TEXTS), draw(st.sampled_from(projects)), *(draw(limits),) * 3)
            for code in sorted(streams)
        ],
        cycles=_cycles(draw),
        blockers=[
            BlockerRow(
                number,
                draw(NAMES),
                draw(TEXTS),
                draw(st.sampled_from(BlockerCategory)),
                draw(TEXTS),
                draw(TEXTS),
                draw(st.none() | st.dates(date(1900, 1, 1), date(2999, 12, 31))),
                draw(TEXTS),
            )
            for number in range(1, draw(st.integers(0, 3)) + 1)
        ],
        workflows=[_workflow(draw, key, streams) for key in sorted(keys)],
    )
    history = _History(programme, draw(_ACTORS))
    for key in keys:
        history.create(key, draw(st.sampled_from(State)))
    for kind, which, what, gap, text in draw(_STEPS):
        history.now += timedelta(microseconds=gap)
        history.take(kind, which, what, text)
    for workflow in programme.workflows:
        workflow.other_workstreams = _others(programme, workflow.key)
    return programme


def _others(programme: Programme, key: str) -> tuple[str, ...]:
    found: set[str] = set()
    for row in sorted(programme.parts, key=lambda row: (row.happened_at, row.id)):
        if row.workflow == key and row.stage is None:
            (found.add if row.event is PartEventKind.JOINED else found.discard)(row.workstream)
    return tuple(sorted(found))


def _workflow(draw: st.DrawFn, key: str, streams: list[str]) -> WorkflowRow:
    owning = draw(st.sampled_from(streams))
    others = tuple(code for code in sorted(streams) if code != owning and draw(st.booleans()))
    return WorkflowRow(
        key,
        draw(NAMES),
        draw(TEXTS),
        draw(TEXTS),
        owning,
        others,
        draw(TEXTS),
        draw(st.none() | st.integers(1, 4)),
        _FIRST,
        draw(st.none() | st.integers(0, 10_000).map(lambda minutes: _FIRST + timedelta(minutes=minutes))),
    )


def _cycles(draw: st.DrawFn) -> list[CycleRow]:
    closed, running = draw(st.integers(0, 2)), draw(st.booleans())
    statuses = [CycleStatus.CLOSED] * closed + [CycleStatus.RUNNING] * running + [CycleStatus.DRAFT]
    weeks = timedelta(weeks=7)
    return [
        CycleRow(
            number,
            date(2023, 1, 2) + number * weeks,
            date(2023, 1, 1) + (number + 1) * weeks,
            draw(st.none() | st.just(date(2023, 1, 2))),
            None,
            status,
            draw(TEXTS),
            None if status is CycleStatus.DRAFT else _FIRST + timedelta(hours=number),
            _FIRST + timedelta(hours=number, minutes=30) if status is CycleStatus.CLOSED else None,
        )
        for number, status in enumerate(statuses, 1)
    ]
